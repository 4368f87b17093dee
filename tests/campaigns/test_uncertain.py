"""The line breaks after the final dot: nobody knows whether Darío's mail arrived, until a person decides."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, func, insert, select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import List
from mailflow.campaigns import control, draft
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import progress
from mailflow.campaigns.schedule import schedule
from mailflow.campaigns.uncertain import Decided, concerned, decide
from mailflow.campaigns.words import CampaignState
from mailflow.content.library import bundled_library
from mailflow.content.models import Newsletter
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox import doubt
from mailflow.outbox.doubt import Decision
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State
from tests.house import House
from tests.sink import Sink

DOUBTFUL, REFUSED, GONE = "drop-after-dot@example.net", "policy@example.net", "permfail@example.net"


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: object) -> Iterator[House]:
    """A campaign that ended: Ana got it, one is in doubt, one was refused by policy, one does not exist."""
    with Sink() as sink:
        made = House(database, settings, ring, sink, now)  # type: ignore[arg-type]
        for address in ("ana@example.net", DOUBTFUL, REFUSED, GONE):
            made.joins(address)
        with database.begin() as session:
            slots = bundled_library().sample("newsletter", "es")["slots"]
            words = {"template": "newsletter", "language": "es", "subject": "La mesa de otoño"}
            letter = Newsletter(name="Otoño", **words, created_at=made.now, changed_at=made.now, slots=slots)
            session.add(letter)
            session.flush()
            list_id = session.scalars(select(List.id)).first()
            campaign = draft.create(session, name="Otoño", list_id=list_id, newsletter_id=letter.id, now=made.now)
            assert schedule(session, campaign, wall=None, zone="Europe/Madrid", now=made.now).reason == "scheduled"
        made.tick(5)
        yield made


def _campaign(house: House) -> Campaign:
    with house.database.read() as session:
        return session.scalars(select(Campaign)).one()


def _row(house: House, address: str) -> Message:
    with house.database.read() as session:
        return session.scalars(select(Message).where(Message.mailing_id == _campaign(house).mailing_id, Message.address == address)).one()


def _decide(house: House, decision: Decision, expected: int = 1) -> Decided:
    with house.database.begin() as session:
        return decide(session, session.scalars(select(Campaign)).one(), decision, expected=expected, now=house.now)


def _mails(house: House, address: str) -> int:
    return len([mail for mail in house.sink.messages_to(address) if mail["Subject"] == "La mesa de otoño"])


def _sent_lines(house: House, address: str) -> int:
    row = _row(house, address)
    with house.database.read() as session:
        return session.scalar(select(func.count(Activity.id)).where(Activity.kind == Kind.SENT, Activity.message_id == row.id)) or 0


def test_nothing_is_decided_by_itself(house: House) -> None:
    assert _campaign(house).state == CampaignState.SENT
    assert (_row(house, DOUBTFUL).state, _row(house, DOUBTFUL).reason) == (State.UNCERTAIN, Reason.INTERRUPTED)
    house.at(house.now + timedelta(days=1))
    house.tick()
    assert _mails(house, DOUBTFUL) == 1


def test_taken_as_sent_it_counts_and_stands_in_the_ledger_once(house: House) -> None:
    assert _decide(house, Decision.AS_SENT) == Decided("done", 1)
    row = _row(house, DOUBTFUL)
    assert (row.state, row.reason, row.sent_at) == (State.SENT, None, row.due_at)
    assert _sent_lines(house, DOUBTFUL) == 1
    assert _decide(house, Decision.AS_SENT) == Decided("changed")
    assert _sent_lines(house, DOUBTFUL) == 1
    assert _campaign(house).state == CampaignState.SENT
    house.tick()
    assert _mails(house, DOUBTFUL) == 1


def test_sent_again_the_campaign_goes_on_and_finishes(house: House) -> None:
    assert _decide(house, Decision.AGAIN) == Decided("done", 1)
    assert _campaign(house).state == CampaignState.SENDING
    assert _campaign(house).finished_at is None
    house.tick(4)
    assert _campaign(house).state == CampaignState.SENT
    assert _mails(house, DOUBTFUL) == 2
    assert _mails(house, "ana@example.net") == 1


def test_a_double_click_sends_once_more_only(house: House) -> None:
    assert _decide(house, Decision.AGAIN).reason == "done"
    assert _decide(house, Decision.AGAIN).reason == "changed"
    house.tick(4)
    assert _mails(house, DOUBTFUL) == 2


def test_another_number_than_was_shown_moves_nobody(house: House) -> None:
    assert _decide(house, Decision.AGAIN, expected=2) == Decided("changed")
    assert _row(house, DOUBTFUL).state == State.UNCERTAIN


def test_who_left_meanwhile_is_not_written_to_again(house: House) -> None:
    row = _row(house, DOUBTFUL)
    with house.database.begin() as session:
        from mailflow.audience.leaving import leave
        from mailflow.audience.models import Subscription
        from mailflow.audience.words import LeaveMethod

        place = session.scalars(select(Subscription).where(Subscription.subscriber_id == row.person_key)).one()
        leave(session, place.id, method=LeaveMethod.PAGE, now=house.now)
    _decide(house, Decision.AGAIN)
    house.tick(4)
    assert (_row(house, DOUBTFUL).state, _row(house, DOUBTFUL).reason) == (State.SKIPPED, Reason.LEFT)
    assert _campaign(house).state == CampaignState.SENT


def test_failures_are_tried_again_but_not_those_that_cannot_succeed(house: House) -> None:
    with house.database.read() as session:
        assert concerned(session, session.scalars(select(Campaign)).one(), Decision.RETRY) == 1
    assert _row(house, GONE).reason == Reason.HARD_ADDRESS
    assert _decide(house, Decision.RETRY) == Decided("done", 1)
    assert (_row(house, REFUSED).state, _row(house, REFUSED).attempt) == (State.PENDING, 0)
    assert _row(house, GONE).state == State.FAILED
    house.tick(4)
    assert _row(house, REFUSED).state == State.FAILED
    assert _campaign(house).state == CampaignState.SENT


def test_out_of_a_cancelled_campaign_nothing_goes_again(house: House) -> None:
    with house.database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.state = CampaignState.SENDING
        session.flush()
        assert control.cancel(session, campaign, now=house.now)
    assert _decide(house, Decision.AGAIN) == Decided("cancelled")
    assert _decide(house, Decision.RETRY) == Decided("cancelled")
    assert _decide(house, Decision.AS_SENT) == Decided("done", 1)


def test_a_paused_campaign_stays_paused(house: House) -> None:
    with house.database.begin() as session:
        session.scalars(select(Campaign)).one().state = CampaignState.PAUSED
    _decide(house, Decision.AGAIN)
    with house.database.read() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert campaign.state == CampaignState.PAUSED
        assert progress(session, campaign).waiting == 1


def test_thousands_are_moved_slice_by_slice_in_a_few_statements_each(house: House) -> None:
    mailing_id = _campaign(house).mailing_id
    one = _row(house, DOUBTFUL)
    columns = [column.name for column in Message.__table__.columns if column.name not in ("id", "occasion")]
    same = {name: getattr(one, name) for name in columns}
    with house.database.begin() as session:
        session.execute(insert(Message), [{**same, "occasion": number} for number in range(1, 1200)])
    expected, moved = 1200, []
    statements: list[str] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda _line, _cursor, statement, *_rest: statements.append(statement))
    while expected:
        with house.database.begin() as session:
            campaign = session.scalars(select(Campaign)).one()
            outcome = decide(session, campaign, Decision.AS_SENT, expected=expected, going_on=bool(moved), now=house.now)
        assert outcome.reason == "done"
        moved.append(outcome.count)
        expected = outcome.left
    assert moved == [doubt.SLICE, doubt.SLICE, 200]
    with house.database.read() as session:
        lines = select(func.count(Activity.id)).where(Activity.kind == Kind.SENT, Activity.mailing_id == mailing_id)
        assert session.scalar(lines) == 1201
    assert len(statements) < 50, "a few statements a slice, whatever its size"
