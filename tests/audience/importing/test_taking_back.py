"""Bruno brought the wrong file: cancelling stops it, undoing takes back what it did and nothing else, and its rows are deleted in time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from mailflow.activity.ledger import note
from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.consent import Evidence, record
from mailflow.audience.importing.asking import cancel, discard, start, undo
from mailflow.audience.importing.forgetting import due, forget_some
from mailflow.audience.importing.keeping import BLOCK
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.queries import by_token, progress
from mailflow.audience.importing.report import report
from mailflow.audience.importing.stepping import step
from mailflow.audience.importing.words import AskReason, ImportState
from mailflow.audience.models import ConsentLine, Subscriber, Subscription
from mailflow.audience.profile import set_values, values
from mailflow.audience.records.notes import write_note
from mailflow.audience.words import Consent, Origin
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.people.merging import merge
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried, worked

FILE = b"email,Nombre\nana@example.org,Ana\nberta@example.org,Berta\nflora@example.org,Flora\ngala@example.org,Gala\n"


def people(database: Database) -> dict[str, int]:
    with database.read() as session:
        return dict(session.execute(select(Subscriber.email, Subscriber.id)).all())


def undone(database: Database, number: int, ring: Ring, now: datetime) -> dict[str, int]:
    with database.begin() as session:
        assert undo(session, session.get_one(Import, number), now=now)
    assert worked(database, number, ring, now) == ImportState.UNDONE
    with database.read() as session:
        return dict(session.get_one(Import, number).taken_back)


def test_undone_it_leaves_what_people_did_themselves(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    flora = shop.joined("flora@example.org", now=now)  # in the list before; the file only says her name
    gala = shop.joined("gala@example.org", "taller", now=now)  # in another list; the file brings her into this one
    number = brought(database, FILE, now)
    tried(database, number, ring, now)
    carried(database, number, ring, now)
    berta = people(database)["berta@example.org"]
    with database.begin() as session:
        note(session, Kind.ORDERED, berta, now=now, amount=1000)
    lines = _count(database, ConsentLine), _count(database, Activity)
    told = undone(database, number, ring, now + timedelta(hours=1))
    assert told == {"people": 1, "places": 2, "values": 2, "kept": 1}
    assert set(people(database)) == {"berta@example.org", "flora@example.org", "gala@example.org"}
    assert shop.states("flora@example.org") == {"newsletter": "confirmed"}
    assert shop.states("gala@example.org") == {"taller": "confirmed"}
    assert shop.states("berta@example.org") == {}
    with database.read() as session:
        assert values(session, [flora, gala, berta]) == {flora: {}, gala: {}, berta: {"first_name": "Berta"}}
        last = session.scalars(select(ConsentLine).where(ConsentLine.subscriber_id == gala).order_by(ConsentLine.id.desc())).first()
        assert last is not None
        assert (last.granted, last.source, last.proof) == (False, f"import:{number}", "undone")
    assert _count(database, ConsentLine) == lines[0] - 1 + 2, "Ana's went with her; a line more for each who stays"
    assert _count(database, Activity) == lines[1] + 3


def test_what_she_said_or_did_since_is_left_as_it_is(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    flora = shop.joined("flora@example.org", now=now)
    number = brought(database, FILE, now)
    tried(database, number, ring, now)
    carried(database, number, ring, now)
    ana, later = people(database)["ana@example.org"], now + timedelta(hours=1)
    with database.begin() as session:
        place = session.scalars(select(Subscription).where(Subscription.subscriber_id == ana)).one()
        record(
            session, ana, Consent.NEWSLETTER, True, Evidence("Sí", "es", "preferences", "page", Origin()), now=later, list_id=place.list_id
        )
        set_values(session, ana, {"first_name": "Ana María"})
        set_values(session, flora, {"first_name": "Florinda"})
    told = undone(database, number, ring, now + timedelta(hours=2))
    assert told == {"people": 2, "kept": 1, "places-kept": 1, "values-kept": 1}
    assert shop.states("ana@example.org") == {"newsletter": "confirmed"}
    with database.read() as session:
        assert values(session, [ana, flora]) == {ana: {"first_name": "Ana María"}, flora: {"first_name": "Florinda"}}


def test_cancelled_it_stops_at_its_block_and_can_be_undone(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    number = brought(database, "\n".join(["email", *(f"persona{n}@example.org" for n in range(BLOCK + 30))]).encode(), now)
    tried(database, number, ring, now)
    with database.begin() as session:
        assert start(session, session.get_one(Import, number), now=now)
    assert step(database, number, ring=ring, now=now)
    with database.begin() as session:
        assert cancel(session, session.get_one(Import, number), now=now)
    assert not step(database, number, ring=ring, now=now)
    with database.read() as session:
        far = progress(session.get_one(Import, number), now=now)
        assert (far.done, far.total, far.outcomes) == (BLOCK, BLOCK + 30, {"new": BLOCK})
    assert _count(database, Subscriber) == BLOCK
    assert undone(database, number, ring, now)["people"] == BLOCK
    assert _count(database, Subscriber) == _count(database, Subscription) == 0


@pytest.mark.parametrize("ask", [start, cancel, undo])
def test_what_its_state_does_not_allow_is_not_done(shop: Shop, ring: Ring, now: datetime, ask: object) -> None:
    database = shop.database
    number = brought(database, FILE, now)
    tried(database, number, ring, now)
    carried(database, number, ring, now)
    undone(database, number, ring, now)
    with database.begin() as session:
        one = session.get_one(Import, number)
        assert by_token(session, one.token) is one
        assert ask(session, one, now=now).reason == AskReason.NOT_NOW  # type: ignore[operator]
        assert discard(session, one).reason == AskReason.NOT_NOW


def test_its_rows_are_deleted_in_time_and_what_became_of_them_stays_counted(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    number = brought(database, FILE + b"roto\n", now)
    tried(database, number, ring, now)
    carried(database, number, ring, now)
    with database.begin() as session:
        assert due(session, now=now + timedelta(days=29), days=30) == []
        later = now + timedelta(days=31)
        assert due(session, now=later, days=30) == [number]
        while forget_some(session, number, now=later):
            pass
        assert due(session, now=later, days=30) == []
        one = session.get_one(Import, number)
        assert (one.counts, one.sample) == ({"new": 4, "bad-address": 1}, [])
        assert "".join(report(session, one)).count("\n") == 1
        assert undo(session, one, now=later).reason == AskReason.FORGOTTEN
    assert _count(database, ImportBlock) == 0
    assert _count(database, Subscriber) == 4


def _count(database: Database, table: type[object]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_whom_staff_wrote_about_stays_when_the_import_is_taken_back(shop: Shop, ring: Ring, now: datetime) -> None:
    number = brought(shop.database, FILE, now)
    tried(shop.database, number, ring, now)
    carried(shop.database, number, ring, now)
    known = people(shop.database)
    with shop.database.begin() as session:
        assert write_note(session, known["ana@example.org"], "Llamó dos veces", by=1, now=now)
        session.get_one(Subscriber, known["berta@example.org"]).owner_id = 1
    assert undone(shop.database, number, ring, now)["kept"] == 2
    assert set(people(shop.database)) == {"ana@example.org", "berta@example.org"}


def test_who_was_in_by_another_record_of_hers_stays_in(shop: Shop, ring: Ring, now: datetime) -> None:
    flora = shop.joined("antes@example.org", now=now - timedelta(days=100))
    number = brought(shop.database, FILE, now)
    tried(shop.database, number, ring, now)
    carried(shop.database, number, ring, now)
    with shop.database.begin() as session:
        merge(session, people(shop.database)["flora@example.org"], flora, by=1, now=now, ring=ring)
    undone(shop.database, number, ring, now + timedelta(hours=1))
    assert shop.states("flora@example.org") == {"newsletter": "confirmed"}
