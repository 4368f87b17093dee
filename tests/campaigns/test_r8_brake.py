"""R8: a campaign whose results would cost the sender's good name pauses by itself, and goes on when a person says so."""

from datetime import datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mailflow.activity.ledger import note_many
from mailflow.activity.words import Kind
from mailflow.campaigns import control, rules
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.rules import Results, brake_for
from mailflow.campaigns.words import Brake, CampaignState
from mailflow.delivery.models import SentMinute
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingState, Reason
from mailflow.scheduler.jobs import brake_harmful
from tests.mailed import mailing, message


@pytest.mark.parametrize(
    ("results", "why"),
    [
        (Results(199, hard=199), None),
        (Results(200, hard=9), None),
        (Results(200, hard=10), Brake.HARD_BOUNCES),
        (Results(1000, policy=49), None),
        (Results(1000, policy=50), Brake.POLICY_BLOCKS),
        (Results(1000, complaints=1), Brake.COMPLAINTS),
        (Results(1001, complaints=1), None),
        (Results(5000, hard=249, policy=249, complaints=4), None),
        (Results(), None),
    ],
)
def test_the_shares_that_are_too_many(results: Results, why: Brake | None) -> None:
    assert brake_for(results) == why


@given(st.builds(Results, *[st.integers(0, 10_000)] * 4), st.builds(Results, *[st.integers(0, 10_000)] * 4))
def test_what_was_seen_never_brakes_again(before: Results, more: Results) -> None:
    after = Results(*(one + two for one, two in zip(before, more, strict=True)))
    assert after.since(before) == more
    assert brake_for(after.since(after)) is None


@pytest.fixture
def campaign(database: Database, now: datetime) -> int:
    """Bruno's campaign on its way: 188 of its mails were taken so far."""
    with database.begin() as session:
        mine = mailing(session, source_id=1, at=now)
        mine.frozen_at = now
        row = Campaign(name="Otoño", list_id=1, state=CampaignState.SENDING, mailing_id=mine.id, created_at=now, started_at=now)
        session.add_all([row, SentMinute(minute=now, mailing_id=mine.id, count=188)])
        session.flush()
        return row.id


def refuse(database: Database, campaign: int, first: int, count: int, reason: Reason) -> None:
    with database.begin() as session:
        mailing_id = session.get_one(Campaign, campaign).mailing_id
        for person in range(first, first + count):
            message(session, mailing_id, person, state="failed", reason=reason, flush=False)


def look(database: Database, settings: Settings, now: datetime) -> tuple[str, str | None, str]:
    """The clock looks; then state and reason of the campaign, and the state of its mailing."""
    with time_machine.travel(now, tick=False):
        brake_harmful(database, settings)
    with database.read() as session:
        found = session.execute(select(Campaign.state, Campaign.reason, Mailing.state).join(Mailing, Mailing.id == Campaign.mailing_id))
        state, reason, going = found.one()
        return state, reason, going


GOING = (CampaignState.SENDING, None, MailingState.OPEN)


@pytest.mark.parametrize(("reason", "why"), [(Reason.HARD_ADDRESS, Brake.HARD_BOUNCES), (Reason.POLICY, Brake.POLICY_BLOCKS)])
def test_it_pauses_and_goes_on_when_a_person_says_so(
    database: Database, settings: Settings, campaign: int, now: datetime, reason: Reason, why: Brake
) -> None:
    refuse(database, campaign, 1, 11, reason)
    assert look(database, settings, now) == GOING, "199 results say nothing yet"
    refuse(database, campaign, 20, 1, reason)
    assert look(database, settings, now) == (CampaignState.PAUSED, why, MailingState.PAUSED)
    with database.begin() as session:
        held = session.get_one(Campaign, campaign)
        assert held.braked
        assert (held.braked["count"], held.braked["settled"]) == (12, 200)
        assert control.resume(session, held, now=now)
    assert look(database, settings, now) == GOING, "the same results again"
    refuse(database, campaign, 100, 12, reason)
    with database.begin() as session:
        session.add(SentMinute(minute=now + timedelta(minutes=1), mailing_id=1, count=180))
    assert look(database, settings, now) == GOING, "192 new ones say nothing yet"
    with database.begin() as session:
        session.get_one(SentMinute, (now + timedelta(minutes=1), 1)).count = 190
    assert look(database, settings, now)[:2] == (CampaignState.PAUSED, why)


def test_one_complaint_among_few_is_too_many(database: Database, settings: Settings, campaign: int, now: datetime) -> None:
    with database.begin() as session:
        session.get_one(SentMinute, (now, 1)).count = 900
        note_many(session, [{"at": now, "kind": Kind.COMPLAINED, "subscriber_id": 1, "mailing_id": 1}])
    assert look(database, settings, now) == (CampaignState.PAUSED, Brake.COMPLAINTS, MailingState.PAUSED)


def test_other_failures_and_good_results_do_not_brake(database: Database, settings: Settings, campaign: int, now: datetime) -> None:
    refuse(database, campaign, 1, 100, Reason.CONTENT)
    assert look(database, settings, now) == GOING


def test_with_the_rule_taken_out_it_goes_on(
    database: Database, settings: Settings, campaign: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_BOUNCES", 2.0)
    refuse(database, campaign, 1, 100, Reason.HARD_ADDRESS)
    assert look(database, settings, now) == GOING
