"""The demo shop: the same each time, whole, and with something to tell in every report."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from mailflow.audience.derived import differing
from mailflow.audience.models import List, Subscriber
from mailflow.campaigns.models import Campaign
from mailflow.cli.start import open_ready
from mailflow.demo.load import is_empty, load
from mailflow.demo.people import HOW_MANY
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.outbox.words import OPEN_STATES, State
from mailflow.reporting.breakdown import by_value
from mailflow.reporting.months import by_month, totals_by_month
from mailflow.segments.ready import ensure_ready
from mailflow.sequences.advance import advance_due
from mailflow.sequences.enrol import enrol_confirmed
from tests.conftest import NOON

pytestmark = pytest.mark.timeout(500)


def _made(home: Path, now: datetime) -> Database:
    settings = Settings(home=home, secret_key="for tests only")
    database = open_ready(settings)
    load(database, open_ring(database, settings), public_url="http://localhost:8000", now=now)
    return database


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = _made(tmp_path_factory.mktemp("demo"), NOON)
    yield database
    database.close()


def _digest(database: Database) -> str:
    """Everything that was made, but for what depends on the installation's own keys and clock."""
    with database.read() as session:
        tables = {
            "subscriber": "select id, email, source_class, silent_since from subscriber order by id",
            "message": "select id, mailing_id, person_key, state, reason, opened_at, clicked_at, revenue from message order by id",
            "activity": "select id, at, kind, subscriber_id, amount from activity order by id",
            "code": "select id, text, redeemed_at from code order by id",
        }
        rows = [repr(tuple(row)) for query in tables.values() for row in session.execute(text(query))]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def test_everybody_stands_as_the_consent_lines_say(demo: Database) -> None:
    with demo.read() as session:
        assert differing(session, list(session.scalars(select(Subscriber.id)))) == []


def test_it_is_the_same_each_time(demo: Database, tmp_path: Path) -> None:
    again = _made(tmp_path, NOON)
    assert _digest(again) == _digest(demo)
    again.close()


def test_it_holds_what_it_promises(demo: Database) -> None:
    with demo.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == HOW_MANY == 2000
        assert session.scalar(select(func.count()).select_from(List)) == 3
        first, last, number = session.execute(
            select(func.min(Campaign.due_at), func.max(Campaign.due_at), func.count()).where(Campaign.state == "sent")
        ).one()
        assert number == 26
        assert (last - first).days >= 345
        assert not is_empty(session)


def test_nothing_of_it_lies_in_the_future_and_nothing_waits_to_be_sent(demo: Database) -> None:
    with demo.read() as session:
        assert session.scalar(text("select max(at) from activity")) <= NOON.strftime("%Y-%m-%d %H:%M:%S.999999")
        assert session.scalar(select(func.count()).where(Message.state.in_(OPEN_STATES))) == 0


def test_starting_on_it_writes_to_nobody_again(demo: Database) -> None:
    with demo.begin() as session:
        assert enrol_confirmed(session, now=NOON) == 0
        advance_due(session, now=NOON)
        ensure_ready(session, now=NOON)
        assert session.scalar(select(func.count()).where(Message.state == State.PENDING)) == 0
        session.rollback()


@pytest.mark.parametrize(("key", "more", "less"), [("sex", "f", "m"), ("source", "referral", "paid"), ("place", "ES-SE", "ES-M")])
def test_groups_answer_differently_over_the_year(demo: Database, key: str, more: str, less: str) -> None:
    with demo.read() as session:
        mailings = session.scalars(select(Campaign.mailing_id).where(Campaign.state == "sent")).all()
        clicked, delivered = {more: 0, less: 0}, {more: 0, less: 0}
        for mailing in mailings:
            for row in by_value(session, mailing, key):
                if row.value in clicked:
                    clicked[row.value] += row.figures.clicked
                    delivered[row.value] += row.figures.delivered
    assert clicked[more] / delivered[more] > 1.1 * clicked[less] / delivered[less]


def test_the_years_total_is_the_sum_of_any_groups(demo: Database) -> None:
    with demo.read() as session:
        everybody = totals_by_month(session, now=NOON, zone="Europe/Madrid")
        by_sex = by_month(session, "sex", now=NOON, zone="Europe/Madrid")
    for line in by_sex:
        assert sum(its.delivered for its in line.values.values()) == everybody[line.month].delivered
        assert sum(its.clicked for its in line.values.values()) == everybody[line.month].clicked
    assert sum(its.clicked for its in everybody.values()) > 1000
