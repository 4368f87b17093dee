"""Ana said no under one address: whatever becomes of her records, the other address is as closed as that one was."""

import hashlib
from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.address import read_address
from mailflow.audience.lifting import Lifted, lift
from mailflow.audience.models import Subscriber, Suppression
from mailflow.audience.suppression import blocks, mark_of, suppress
from mailflow.audience.words import Scope, SuppressionReason
from mailflow.people.addressing import change_address
from mailflow.people.merging import merge
from tests.audience.audience_shop import Shop

HOME, WORK = "ana@example.net", "a.ferrer@casaolivo.es"
MARKETING = {Scope.MARKETING}


def test_a_bounce_does_not_hide_the_complaint_that_a_merge_brings(shop: Shop, now: datetime) -> None:
    kept, gone = shop.joined(HOME, "newsletter", now=now), shop.joined(WORK, "newsletter", now=now)
    with shop.database.begin() as session:
        suppress(session, HOME, SuppressionReason.HARD_BOUNCE, ring=shop.ring, now=now)
        suppress(session, WORK, SuppressionReason.COMPLAINT, ring=shop.ring, now=now)
    with shop.database.begin() as session:
        merge(session, kept, gone, by=1, now=now, ring=shop.ring)
        row = session.scalars(select(Suppression).where(Suppression.address_hash == shop.ring.hash(HOME))).one()
        assert lift(session, row.id, by="user:1", note="the mailbox works again", now=now) is Lifted.HERS_ALONE


@pytest.mark.parametrize("form", ["address", "sha256", "md5"])
def test_who_is_on_a_list_of_no_advertising_is_so_at_her_new_address(shop: Shop, now: datetime, form: str) -> None:
    ana = shop.joined(HOME, "newsletter", now=now)
    typed = HOME if form == "address" else hashlib.new(form, HOME.encode()).hexdigest()
    with shop.database.begin() as session:
        mark = mark_of(typed, ring=shop.ring)
        assert mark is not None
        suppress(session, mark, SuppressionReason.ROBINSON, ring=shop.ring, now=now, scope=Scope.MARKETING)
        change_address(session, session.get_one(Subscriber, ana), read_address(WORK), by=1, now=now, ring=shop.ring)
        assert blocks(session, [WORK], ring=shop.ring, now=now) == {WORK: MARKETING}


def test_the_block_of_a_domain_stays_the_domains(shop: Shop, now: datetime) -> None:
    ana = shop.joined(WORK, "newsletter", now=now)
    with shop.database.begin() as session:
        mark = mark_of("@casaolivo.es", ring=shop.ring)
        assert mark is not None
        suppress(session, mark, SuppressionReason.BY_HAND, ring=shop.ring, now=now)
        change_address(session, session.get_one(Subscriber, ana), read_address(HOME), by=1, now=now, ring=shop.ring)
        assert blocks(session, [HOME], ring=shop.ring, now=now) == {}
