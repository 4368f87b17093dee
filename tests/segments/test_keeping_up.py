"""The sums are what somebody with patience counts from the ledger, whatever happens in whatever order, and whenever it is read."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.models import Activity, Cursor
from mailflow.activity.words import Kind
from mailflow.audience.models import Brand, Subscriber
from mailflow.foundation.database import Database
from mailflow.outbox.models import Mailing
from mailflow.schema import metadata
from mailflow.segments import keeping_up
from mailflow.segments.models import Engagement

EXAMPLES = int(os.environ.get("MAILFLOW_TEST_EXAMPLES", "60"))
START = datetime(2026, 9, 1, 8, tzinfo=UTC)
PEOPLE, MAILINGS = (1, 2, 3), (1, 2, 3, 4)
STEP = 4
"""The one mailing that is no campaign."""

kinds = st.sampled_from(["sent", "sent", "sent", "opened", "clicked", "ordered"])
lines = st.tuples(kinds, st.sampled_from(PEOPLE), st.sampled_from([None, *MAILINGS]), st.booleans(), st.integers(0, 9), st.integers(-5, 99))
happenings = st.lists(
    st.one_of(st.tuples(st.just("line"), lines), st.sampled_from([("read", None), ("judged", None), ("anew", None)])), max_size=40
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        yield from _settled(f"sqlite:///{tmp_path_factory.mktemp('town') / 'town.sqlite3'}")
        return
    with request.getfixturevalue("server").fresh(empty=True) as url:
        yield from _settled(url)


def _settled(url: str) -> Iterator[Database]:
    database = Database(url)
    metadata.create_all(database.engine)
    with database.begin() as session:
        session.add(Brand(id=1, name="Casa", from_name="Casa", from_address="hola@example.com", postal_address="Calle 1", shop_url=""))
        session.flush()
        facts: dict[str, Any] = {"brand_id": 1, "lane": 1, "policy": "hold", "created_at": START, "due_at": START, "name": "N"}
        session.add_all(Mailing(id=one, kind="step" if one == STEP else "campaign", source_id=one, **facts) for one in MAILINGS)
        people = (Subscriber(id=one, email=f"{one}@example.net", email_key=str(one), source="demo", created_at=START) for one in PEOPLE)
        session.add_all(people)
    yield database
    database.close()


def counted(session: Session, person: int) -> dict[str, Any]:
    """By reading the whole ledger."""
    mine = [one for one in session.scalars(select(Activity).where(Activity.subscriber_id == person)) if not one.machine]
    of = {kind: [one for one in mine if one.kind == kind] for kind in ("sent", "opened", "clicked", "ordered")}
    last_sent = {one.mailing_id: max(two.at for two in of["sent"] if two.mailing_id == one.mailing_id) for one in of["sent"]}
    campaigns = sorted(((at, mailing) for mailing, at in last_sent.items() if mailing not in (None, STEP)), reverse=True)

    def mask(kind: str) -> int:
        return sum(2**place for place, (_, mailing) in enumerate(campaigns) if any(one.mailing_id == mailing for one in of[kind]))

    return {
        **{kind: len({one.mailing_id for one in of[kind]}) for kind in ("sent", "opened", "clicked")},
        **{f"last_{kind}": int(max(one.at for one in of[kind]).timestamp()) if of[kind] else None for kind in of},
        "orders": len(of["ordered"]),
        "spent": sum(one.amount or 0 for one in of["ordered"]),
        "campaigns": len(campaigns),
        "opened_mask": mask("opened"),
        "clicked_mask": mask("clicked"),
    }


NOTHING = dict.fromkeys(("sent", "opened", "clicked", "orders", "spent", "campaigns", "opened_mask", "clicked_mask"), 0)


def kept(session: Session, person: int) -> dict[str, Any]:
    row = session.get(Engagement, person, populate_existing=True)
    names = [*NOTHING, "last_sent", "last_opened", "last_clicked", "last_ordered"]
    return {name: getattr(row, name) if row else NOTHING.get(name) for name in names}


def happen(session: Session, what: str, line: Any) -> None:
    if what == "read":
        keeping_up.read_lot(session)
    elif what == "anew":
        keeping_up.count_anew(session, 0)
    elif what == "judged":  # as tracking does it: the mark changes, and a line says so
        session.execute(update(Activity).where(Activity.kind == "clicked", Activity.subscriber_id == 2).values(machine=True))
        ledger.note(session, Kind.CORRECTED, 2, now=START)
    else:
        kind, person, mailing, machine, hours, amount = line
        at = START + timedelta(hours=hours, microseconds=hours * 111_111)
        machine = machine and kind in ("opened", "clicked")
        where = None if kind == "ordered" else mailing
        ledger.note(session, Kind(kind), person, now=at, mailing_id=where, machine=machine, amount=amount if kind == "ordered" else None)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=happenings, size=st.sampled_from([1, 2, 500]))
def test_whatever_happens_in_whatever_order_the_sums_are_a_recount(town: Database, story: list[Any], size: int) -> None:
    before, keeping_up.LINES = keeping_up.LINES, size
    with town.begin() as session:
        for table in (Activity, Engagement, Cursor):
            session.execute(delete(table))
        for what, line in story:
            happen(session, what, line)
        keeping_up.catch_up(session)
        assert not keeping_up.behind(session)
        assert [kept(session, person) for person in PEOPLE] == [counted(session, person) for person in PEOPLE]
    keeping_up.LINES = before


def test_a_recount_that_forgets_who_was_judged_anew_is_found_out(town: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: without the line that says so, a click that turned out a machine's would count for ever."""
    monkeypatch.setattr(keeping_up, "KINDS", tuple(kind for kind in keeping_up.KINDS if kind is not Kind.CORRECTED))
    with town.begin() as session:
        for table in (Activity, Engagement, Cursor):
            session.execute(delete(table))
        for what in (("line", ("clicked", 2, 1, False, 1, 0)), ("read", None), ("judged", None)):
            happen(session, *what)
        keeping_up.catch_up(session)
        assert kept(session, 2) != counted(session, 2)


def test_two_readers_of_one_batch_write_it_once(town: Database) -> None:
    with town.begin() as session:
        for table in (Activity, Engagement, Cursor):
            session.execute(delete(table))
        happen(session, "line", ("clicked", 1, 1, False, 1, 0))
        first, second = keeping_up.look(session), keeping_up.look(session)
        assert first
        assert second
        assert keeping_up.keep(session, first)
        assert not keeping_up.keep(session, second)
