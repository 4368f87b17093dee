"""An address Ana had before brings her back nowhere and makes no second one of her; yet whoever has it now is not Ana."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mailflow.audience.adding import AddReason, Grounds, Joined, Person, add_or_change
from mailflow.audience.address import read_address
from mailflow.audience.derived import differing
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import Basis
from mailflow.audience.leaving import leave
from mailflow.audience.links import ask_link
from mailflow.audience.models import List, Subscriber
from mailflow.audience.profile import values
from mailflow.audience.suppression import suppress
from mailflow.audience.words import LeaveMethod, LinkReason, SignUpReason, SuppressionReason
from mailflow.people.addressing import change_address
from mailflow.people.merging import merge
from mailflow.tracking.models import Order
from mailflow.tracking.orders import record_order
from mailflow.tracking.words import OrderEvent
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried
from tests.conftest import NOON

OLD, NEW, MERGED = "ana@example.net", "ana.nueva@example.org", "a.ferrer@casaolivo.es"
LATER = NOON + timedelta(hours=1)
FILE = f"email,Nombre\n{OLD.upper()},Ana\n{MERGED},Ana María\nberta@example.org,Berta\n".encode()


@pytest.fixture
def ana(shop: Shop) -> int:
    """In the newsletter once, she was merged with herself at work and moved."""
    number, work = shop.joined(OLD, "newsletter", now=NOON - timedelta(days=90)), shop.joined(MERGED, "newsletter", now=NOON)
    with shop.database.begin() as session:
        merge(session, number, work, by=1, now=NOON, ring=shop.ring)
        person = session.get_one(Subscriber, number)
        change_address(session, person, read_address(NEW), by=1, now=NOON, ring=shop.ring)
    return number


def _bring(shop: Shop, slug: str = "newsletter", file: bytes = FILE) -> dict[str, Any]:
    number = brought(shop.database, file, LATER, slug=slug)
    tried(shop.database, number, shop.ring, LATER)
    carried(shop.database, number, shop.ring, LATER)
    with shop.database.read() as session:
        one = session.get_one(Import, number)
        assert one.expected == one.counts
        assert differing(session, list(session.scalars(select(Subscriber.id)))) == []
        return dict(one.counts)


def _suppress(shop: Shop, address: str) -> None:
    with shop.database.begin() as session:
        suppress(session, address, SuppressionReason.HARD_BOUNCE, ring=shop.ring, now=NOON)


def test_a_file_finds_her_by_both(shop: Shop, ana: int) -> None:
    assert _bring(shop) == {"known": 1, "twice": 1, "new": 1}
    assert {one.email for one in shop.rows(Subscriber)} == {NEW, "berta@example.org"}
    with shop.database.read() as session:
        assert values(session, [ana]) == {ana: {}}, "the row may be of who has the address now"
    assert _bring(shop, "taller") == {"joined": 2, "twice": 1}
    assert shop.states(NEW) == {"newsletter": "confirmed", "taller": "confirmed"}


def test_who_left_or_bounced_is_not_brought_back_by_a_file(shop: Shop, ana: int) -> None:
    with shop.database.begin() as session:
        leave(session, shop.place(NEW, "newsletter"), method=LeaveMethod.PAGE, now=NOON)
    assert _bring(shop) == {"left": 2, "new": 1}
    _suppress(shop, OLD)
    assert _bring(shop, "taller") == {"suppressed": 1, "joined": 2}, "by the address at work she is as she is"


def test_what_blocks_her_address_of_now_blocks_those_she_had(shop: Shop, ana: int) -> None:
    _suppress(shop, NEW)
    assert _bring(shop, "taller") == {"suppressed": 2, "new": 1}
    with shop.database.begin() as session:
        assert ask_link(session, OLD, language="es", now=LATER, ring=shop.ring).reason is LinkReason.SUPPRESSED


def test_who_left_there_by_two_addresses_left_once(shop: Shop, ana: int) -> None:
    file = f"email,status\n{OLD},unsubscribed\n{MERGED},subscribed\n".encode()
    assert _bring(shop, "taller", file) == {"left-there": 1, "twice": 1}
    assert shop.states(NEW)["taller"] == "left"


def test_who_has_the_address_now_signs_up_as_herself(shop: Shop, ana: int) -> None:
    asked = shop.asks(OLD, "taller", now=LATER)
    assert asked.reason is SignUpReason.CONFIRMATION_DUE
    assert shop.confirms(asked.request_id, now=LATER).subscriber_id != ana
    assert (shop.states(OLD), shop.states(NEW)) == ({"taller": "confirmed"}, {"newsletter": "confirmed"})
    _suppress(shop, MERGED)
    assert shop.asks(MERGED, "rebajas", now=LATER).reason is SignUpReason.SUPPRESSED


def test_what_is_bought_under_an_address_she_had_is_not_hers(shop: Shop, ana: int) -> None:
    with shop.database.begin() as session:
        record_order(session, OrderEvent("R1", OLD, NOON, 1000, "EUR"), now=LATER)
    assert [one.subscriber_id for one in shop.rows(Order)] == [None]


def test_a_program_that_asks_first_makes_whoever_has_it_now_known(shop: Shop, ana: int) -> None:
    with shop.database.begin() as session:
        lists = {one.slug: one.id for one in session.scalars(select(List))}
        grounds = Grounds(Basis.CONSENT, "Sí", "caja")
        said = Person(OLD, values={"first_name": "Bernardo"}, list_ids=[lists["taller"]], grounds=grounds)
        added = add_or_change(session, said, ring=shop.ring, now=LATER)
        assert (added.reason, added.lists) == (AddReason.CREATED, {lists["taller"]: Joined.CONFIRMATION_DUE})
        assert values(session, [ana]) == {ana: {}}


def test_a_program_that_asks_nobody_brings_her_back_nowhere(shop: Shop, ana: int) -> None:
    with shop.database.begin() as session:
        leave(session, shop.place(NEW, "newsletter"), method=LeaveMethod.PAGE, now=NOON)
        lists = {one.slug: one.id for one in session.scalars(select(List))}
        grounds = Grounds(Basis.CONSENT, "Sí", "caja")
        said = Person(OLD, values={"first_name": "B"}, list_ids=[lists["newsletter"]], grounds=grounds, proven=True)
        added = add_or_change(session, said, ring=shop.ring, now=LATER)
        assert (added.subscriber_id, added.lists) == (ana, {lists["newsletter"]: Joined.LEFT})
        assert values(session, [ana]) == {ana: {}}
    _suppress(shop, OLD)
    with shop.database.begin() as session:
        said = Person(OLD, list_ids=[lists["taller"]], grounds=grounds, proven=True)
        assert add_or_change(session, said, ring=shop.ring, now=LATER).lists == {lists["taller"]: Joined.SUPPRESSED}
    assert len(shop.rows(Subscriber)) == 1
