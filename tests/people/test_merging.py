"""Ana signed up twice, with two addresses: the two records become one, and nobody who said no comes back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, func, select, text, update
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience import leaving, preferences
from mailflow.audience.address import read_address
from mailflow.audience.derived import differing
from mailflow.audience.finding.search import search
from mailflow.audience.memberships import subscriptions
from mailflow.audience.models import ConsentLine, Subscriber, Subscription
from mailflow.audience.profile import set_values, values
from mailflow.audience.records.models import FormerAddress, Note
from mailflow.audience.records.numbers import number_now
from mailflow.audience.suppression import gets_nothing, suppress
from mailflow.audience.words import LeaveMethod, SubscriptionState, SuppressionReason, Telephone
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.offers.models import Code, Offer
from mailflow.outbox.doubt import Decision, move_some
from mailflow.outbox.models import Mailing, Message
from mailflow.people import carrying
from mailflow.people.addressing import change_address
from mailflow.people.merging import merge
from mailflow.people.planning import plan_merge
from mailflow.people.rules import Place, joint_state, joint_tracking
from mailflow.people.words import AddressReason, MergeReason
from mailflow.schema import metadata
from mailflow.sequences.models import Enrolment, Sequence
from tests.architecture.one_row import sample
from tests.audience.audience_shop import Shop
from tests.conftest import NOON

LEFT, CONFIRMED, PENDING = SubscriptionState.LEFT, SubscriptionState.CONFIRMED, SubscriptionState.PENDING
BRUNO = 1


def _numbered(tables: MetaData) -> dict[str, "Column[Any]"]:
    """Each table that bears a person's number, and the column that does."""
    found = {}
    for table in tables.sorted_tables:
        for column in table.columns:
            refers = any(key.column.table.name == "subscriber" for key in column.foreign_keys)
            if refers or column.name in ("subscriber_id", "person_key", "person_id", "person"):
                found[table.name] = column
    return found


NAMED = {model.__tablename__ for model in (*carrying.MOVED, *carrying.MADE_ANEW, *carrying.JOINED)}

_THERE = {"subscription", "search_key", "profile_value", "consent", "former_number", "engagement", "search_due"}
"""They have rows of both already, or none before a merge."""


def test_no_table_with_a_persons_number_is_forgotten() -> None:
    assert set(_numbered(metadata)) == NAMED


def test_a_planted_table_is_found() -> None:
    planted = MetaData()
    Table("subscriber", planted, Column("id", carrying.Code.id.type, primary_key=True))
    Table("task", planted, Column("person_id", carrying.Code.id.type))
    assert set(_numbered(planted)) == {"task"}


@pytest.fixture
def two(shop: Shop) -> tuple[int, int]:
    """Ana at home, in two lists, and Ana at work, in one of them and in another."""
    home = shop.joined("ana@example.net", "newsletter", "taller", now=NOON - timedelta(days=90), values={"first_name": "Ana"})
    work = shop.joined("a.ferrer@casaolivo.es", "newsletter", "rebajas", now=NOON - timedelta(days=30), values={"first_name": "Ana María"})
    return home, work


def _merge(database: Database, ring: Ring, kept: int, gone: int, **more: Any) -> None:
    with database.begin() as session:
        assert merge(session, kept, gone, by=BRUNO, now=NOON, ring=ring, **more).reason is MergeReason.MERGED


def _states(session: Session, person: int) -> list[str]:
    return [place.state for _, place in sorted(subscriptions(session, person).items())]


def test_every_row_of_both_is_one_persons_afterwards(database: Database, ring: Ring, two: tuple[int, int]) -> None:
    """Filled from the tables themselves, so that a new one is tried as well."""
    kept, gone = two
    numbered = _numbered(metadata)
    with database.begin() as session:
        if database.engine.dialect.name == "sqlite":
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
        for name in NAMED - _THERE:
            _plant(session, metadata.tables[name], numbered[name].name, gone)
        before = {name: _count(session, numbered[name], gone) for name in NAMED}
    assert all(before[name] for name in NAMED - {"former_number", "engagement", "search_due"}), before
    with database.begin() as session:
        merge(session, kept, gone, by=BRUNO, now=NOON, ring=ring)
    with database.read() as session:
        assert {name: _count(session, column, gone) for name, column in numbered.items() if _count(session, column, gone)} == {}
        for model in (*carrying.MOVED, Code, Message, Enrolment):
            column = numbered[model.__tablename__]
            assert _count(session, column, kept) >= before[model.__tablename__], model


def _plant(session: Session, table: Table, column: str, person: int) -> None:
    """A row of this table, and of those that it refers to."""
    wanted = {one.name: _value(session, one) for one in table.columns if not one.primary_key and not one.nullable}
    keys = {one.name: _value(session, one) for one in table.primary_key if one.foreign_keys}
    session.execute(table.insert().values({**wanted, **keys, column: person}))


def _value(session: Session, column: "Column[Any]") -> Any:
    if column.default is not None and getattr(column.default, "is_scalar", False):
        return column.default.arg  # type: ignore[attr-defined]
    for key in column.foreign_keys:
        other = key.column.table
        found = session.scalar(select(key.column).limit(1))
        if found is None and other.name != "subscriber":
            wanted = {one.name: _value(session, one) for one in other.columns if not one.primary_key and not one.nullable}
            found = session.execute(other.insert().values(wanted)).inserted_primary_key[0]  # type: ignore[index]
        return found
    return sample(column)


def _count(session: Session, column: "Column[Any]", person: int) -> int:
    return session.scalar(select(func.count()).select_from(column.table).where(column == person)) or 0


def test_lists_values_and_links_come_together(database: Database, ring: Ring, two: tuple[int, int]) -> None:
    kept, gone = two
    with database.begin() as session:
        work_place = subscriptions(session, gone)[1].id
        set_values(session, kept, {"last_name": "Ferrer"})
        set_values(session, gone, {"telephone": Telephone("+34600112233", "600 11 22 33"), "company": "Casa Olivo"})
        plan = plan_merge(session, session.get_one(Subscriber, kept), session.get_one(Subscriber, gone), ring=ring)
    assert [(one.key, one.kept, one.gone) for one in plan.conflicts] == [("first_name", "Ana", "Ana María")]
    assert sorted(plan.gained) == ["company", "telephone"]
    assert [(one.kept, one.gone, one.becomes) for one in plan.standings] == [
        (CONFIRMED, CONFIRMED, CONFIRMED), (CONFIRMED, None, CONFIRMED), (None, CONFIRMED, CONFIRMED),
    ]  # fmt: skip
    _merge(database, ring, kept, gone, take=["first_name"])
    with database.begin() as session:
        hers = values(session, [kept])[kept]
        assert (hers["first_name"], hers["last_name"], hers["telephone"].typed) == ("Ana María", "Ferrer", "600 11 22 33")
        assert session.scalars(select(Note.text)).one() == "first_name: Ana"
        assert session.scalars(select(FormerAddress.email)).one() == "a.ferrer@casaolivo.es"
        assert search(session, "a.ferrer@casa").people == (kept,)
        assert search(session, "600112233").people == (kept,)
        assert differing(session, [kept]) == []
        assert preferences.current(session, number_now(session, "subscriber", gone)) == preferences.current(session, kept)
        left = leaving.leave(session, number_now(session, "subscription", work_place), method=LeaveMethod.ONE_CLICK, now=NOON)
        assert (left.subscriber_id, left.list_ids) == (kept, (1,))


def test_who_left_stays_out_unless_she_agreed_again_later(database: Database, ring: Ring, shop: Shop, two: tuple[int, int]) -> None:
    kept, gone = two
    with database.begin() as session:
        leaving.leave(session, subscriptions(session, gone)[1].id, method=LeaveMethod.ONE_CLICK, now=NOON - timedelta(days=5))
    _merge(database, ring, kept, gone)
    with database.read() as session:
        assert _states(session, kept) == [LEFT, CONFIRMED, CONFIRMED]
        assert differing(session, [kept]) == []
        assert session.scalar(select(func.count()).select_from(ConsentLine).where(ConsentLine.method == "staff")) == 1


def test_an_agreement_brought_in_by_staff_takes_back_no_leaving() -> None:
    early, late = NOON - timedelta(days=9), NOON - timedelta(days=1)
    assert joint_state(Place(LEFT, early), Place(CONFIRMED, None, late)) == CONFIRMED
    assert joint_state(Place(LEFT, late), Place(CONFIRMED, None, early)) == LEFT
    assert joint_state(Place(CONFIRMED, None, None), Place(LEFT, early)) == LEFT
    assert joint_state(Place(LEFT, None), Place(CONFIRMED, None, late)) == LEFT
    assert joint_state(Place(LEFT, early), Place(PENDING, None, late)) == LEFT
    assert joint_state(Place(PENDING), Place(CONFIRMED)) == CONFIRMED
    assert joint_state(None, Place(PENDING)) == PENDING
    assert joint_tracking("individual", "none", None) == "none"
    assert joint_tracking("individual", "none", "individual") == "individual"


def _campaign(session: Session, now: datetime, *states: tuple[int, str]) -> Mailing:
    mailing = Mailing(kind="campaign", source_id=1, name="c", brand_id=1, lane=2, policy="hold", created_at=now, due_at=now)
    session.add(mailing)
    session.flush()
    for person, state in states:
        address = session.get_one(Subscriber, person).email
        session.add(Message(mailing_id=mailing.id, person_key=person, address=address, language="es", lane=2, due_at=now, state=state))
    session.flush()
    return mailing


@pytest.mark.parametrize(
    ("hers", "others", "after"),
    [
        ("pending", "pending", {"pending": 1, "skipped": 1}),
        ("pending", "sent", {"skipped": 1, "sent": 1}),
        ("sent", "claimed", {"sent": 1, "skipped": 1}),
        ("skipped", "pending", {"skipped": 1, "pending": 1}),
        ("uncertain", "deferred", {"uncertain": 1, "skipped": 1}),
        ("sent", "failed", {"sent": 1, "skipped": 1}),
        ("failed", "pending", {"skipped": 1, "pending": 1}),
        ("uncertain", "sent", {"skipped": 1, "sent": 1}),
        ("failed", "failed", {"failed": 1, "skipped": 1}),
        ("uncertain", "uncertain", {"uncertain": 1, "skipped": 1}),
    ],
)
def test_nobody_gets_a_mail_twice(
    database: Database, ring: Ring, two: tuple[int, int], hers: str, others: str, after: dict[str, int]
) -> None:
    kept, gone = two
    with database.begin() as session:
        _campaign(session, NOON, (kept, hers), (gone, others))
    _merge(database, ring, kept, gone)
    with database.read() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        assert {state: sum(row.state == state for row in rows) for state in after} == after
        assert {row.person_key for row in rows} == {kept}
        assert {row.address for row in rows if row.state == "pending"} <= {"ana@example.net"}
        assert len({(row.mailing_id, row.occasion) for row in rows}) == 2


@pytest.mark.parametrize(("state", "decision"), [("failed", Decision.RETRY), ("uncertain", Decision.AGAIN)])
def test_what_arrived_at_one_address_is_not_sent_again_for_the_other(
    database: Database, ring: Ring, two: tuple[int, int], state: str, decision: Decision
) -> None:
    kept, gone = two
    with database.begin() as session:
        mailing = _campaign(session, NOON, (kept, "sent"), (gone, state)).id
        session.execute(update(Message).where(Message.person_key == gone).values(reason="mailbox-temporary"))
    _merge(database, ring, kept, gone)
    with database.begin() as session:
        assert move_some(session, [mailing], decision, now=NOON) == 0
        assert set(session.execute(select(Message.state, Message.reason))) == {("sent", None), ("skipped", "merged")}


def test_a_failure_for_good_is_told_as_it_was(database: Database, ring: Ring, two: tuple[int, int]) -> None:
    kept, gone = two
    with database.begin() as session:
        _campaign(session, NOON, (kept, "sent"), (gone, "failed"))
        session.execute(update(Message).where(Message.person_key == gone).values(reason="hard-address"))
    _merge(database, ring, kept, gone)
    with database.read() as session:
        assert set(session.execute(select(Message.state, Message.reason))) == {("sent", None), ("failed", "hard-address")}


def test_a_link_to_confirm_that_the_other_address_has_confirms_nothing(
    database: Database, ring: Ring, shop: Shop, two: tuple[int, int]
) -> None:
    asked = shop.asks("somebody.else@example.net", "rebajas", now=NOON)
    with database.read() as session:
        stranger = session.scalars(select(Subscriber.id).where(Subscriber.email_key == "somebody.else@example.net")).one()
    _merge(database, ring, two[0], stranger)
    assert asked.request_id is not None
    shop.confirms(asked.request_id, now=NOON + timedelta(hours=1))
    assert shop.states("ana@example.net")["rebajas"] == PENDING


def test_codes_and_ways_through_sequences(database: Database, ring: Ring, two: tuple[int, int]) -> None:
    kept, gone = two
    with database.begin() as session:
        offer = Offer(slug="w", name={}, kind="percent", value=15, days=30, conditions={}, created_at=NOON)
        sequence = Sequence(recipe="welcome-x", trigger="confirmed", created_at=NOON)
        session.add_all([offer, sequence])
        session.flush()
        for place, person in enumerate(two):
            session.add(Code(offer_id=offer.id, subscriber_id=person, text=f"ANA-{place}", issued_at=NOON, ends_at=NOON))
            session.add(
                Enrolment(sequence_id=sequence.id, subscriber_id=person, position=place, due_at=NOON, state="active", entered_at=NOON)
            )
    _merge(database, ring, kept, gone)
    with database.read() as session:
        assert session.execute(select(Code.text, Code.subscriber_id, Code.former_key).order_by(Code.id)).all() == [
            ("ANA-0", kept, 0), ("ANA-1", kept, gone),
        ]  # fmt: skip
        assert session.execute(select(Enrolment.subscriber_id, Enrolment.position)).all() == [(kept, 1)]
        told = session.scalars(select(Activity).where(Activity.kind == Kind.MERGED)).one()
        assert told.detail["number"] == gone
        assert [one["position"] for one in told.detail["enrolments"]] == [0]


def test_a_complaint_goes_with_her_and_a_bounce_does_not(database: Database, ring: Ring, two: tuple[int, int]) -> None:
    kept, gone = two
    with database.begin() as session:
        suppress(session, "a.ferrer@casaolivo.es", SuppressionReason.COMPLAINT, ring=ring, now=NOON)
        plan = plan_merge(session, session.get_one(Subscriber, kept), session.get_one(Subscriber, gone), ring=ring)
        assert plan.suppressions == ("complaint",)
    _merge(database, ring, kept, gone)
    with database.read() as session:
        assert gets_nothing(session, "ana@example.net", ring=ring, now=NOON)


def test_a_number_that_went_is_nobodys_again(database: Database, ring: Ring, shop: Shop, two: tuple[int, int]) -> None:
    kept, gone = two
    _merge(database, ring, kept, gone)
    newcomer = shop.joined("dario@example.net", now=NOON)
    assert newcomer > gone
    with database.read() as session:
        assert min(place.id for place in subscriptions(session, newcomer).values()) > max(
            place.id for place in subscriptions(session, kept).values()
        )


def test_three_records_become_one(database: Database, ring: Ring, shop: Shop, two: tuple[int, int]) -> None:
    third = shop.joined("ana.f@example.org", "newsletter", now=NOON)
    with database.begin() as session:
        old_place = subscriptions(session, two[1])[1].id
    _merge(database, ring, two[0], two[1])
    _merge(database, ring, third, two[0])
    with database.read() as session:
        assert {number_now(session, "subscriber", one) for one in two} == {third}
        assert session.get_one(Subscription, number_now(session, "subscription", old_place)).subscriber_id == third
        assert _states(session, third) == [CONFIRMED, CONFIRMED, CONFIRMED]


def test_a_record_is_not_merged_with_itself_or_with_nobody(database: Database, ring: Ring, two: tuple[int, int]) -> None:
    with database.begin() as session:
        assert merge(session, two[0], two[0], by=BRUNO, now=NOON, ring=ring).reason is MergeReason.SAME
        assert merge(session, two[0], 999, by=BRUNO, now=NOON, ring=ring).reason is MergeReason.UNKNOWN


def test_a_new_address_keeps_the_history(database: Database, ring: Ring, shop: Shop, two: tuple[int, int]) -> None:
    kept, other = two
    shop.asks("ana@example.net", "rebajas", now=NOON)
    with database.begin() as session:
        _campaign(session, NOON, (kept, "pending"))
        suppress(session, "ana@example.net", SuppressionReason.HARD_BOUNCE, ring=ring, now=NOON)
        suppress(session, "nadie@example.net", SuppressionReason.BY_HAND, ring=ring, now=NOON)
        person = session.get_one(Subscriber, kept)

        def changed(address: str) -> Any:
            return change_address(session, person, read_address(address), by=BRUNO, now=NOON, ring=ring)

        assert changed("no address").reason is AddressReason.UNREADABLE
        assert changed("ana@example.net").reason is AddressReason.SAME
        assert changed("nadie@example.net").reason is AddressReason.SUPPRESSED
        taken = changed("A.Ferrer@casaolivo.es")
        assert (taken.reason, taken.taken_by) == (AddressReason.TAKEN, other)
        assert changed("Ana.Nueva@example.org").reason is AddressReason.CHANGED
    with database.read() as session:
        assert session.scalars(select(Message.address)).one() == "Ana.Nueva@example.org"
        assert search(session, "ana.nueva").people == (kept,)
        assert search(session, "ana@example.net").people == (kept,)
        assert gets_nothing(session, "ana@example.net", ring=ring, now=NOON)
        assert not gets_nothing(session, "Ana.Nueva@example.org", ring=ring, now=NOON)
        line = session.scalars(select(Activity).where(Activity.kind == Kind.ADDRESS_CHANGED)).one()
        assert "@" not in str(line.detail)
