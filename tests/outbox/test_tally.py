"""The cheap count of a mailing is what counting its rows one by one says, whatever happened to them in whatever order."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.delivery.claim import claim, hand_back, put_off, settle_abandoned
from mailflow.delivery.gate import pass_gate
from mailflow.delivery.record import record
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.doubt import Decision, move_some
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.hurry import hurry_some
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.queries import is_finished
from mailflow.outbox.tally import Tally, tally
from mailflow.outbox.words import IN_HAND, TROUBLE, WAITING, Claimed, Lane, MailingState, Reason, State
from mailflow.schema import metadata
from tests.conftest import NOON
from tests.faults.sizes import size
from tests.mailed import mailing, message, person

REPLIES = [
    Reply(Verdict.SENT, text="250 ok"),
    Reply(Verdict.DEFERRED, Reason.THROTTLE, text="451 later"),
    Reply(Verdict.FAILED, Reason.HARD_ADDRESS, text="550 no such user"),
    Reply(Verdict.FAILED, Reason.POLICY, text="550 no"),
    Reply(Verdict.UNCERTAIN),
    Reply(Verdict.NOT_TRIED),
]


def recounted(session: Session, mailing_id: int) -> Tally:
    """By looking at every row."""
    rows = list(session.scalars(select(Message).where(Message.mailing_id == mailing_id)))
    trouble: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.state in TROUBLE:
            trouble[row.state, row.reason or ""] = trouble.get((row.state, row.reason or ""), 0) + 1
    waiting, in_hand = (sum(row.state in states for row in rows) for states in (WAITING, IN_HAND))
    return Tally(len(rows), waiting, in_hand, trouble)


class Story:
    """Two mailings to the same people, and whatever may happen to them."""

    def __init__(self, database: Database, ring: Ring) -> None:
        self.database, self.ring, self.now = database, ring, NOON
        self.held: dict[str, list[Claimed]] = {"one": [], "two": []}
        with database.begin() as session:
            first_start(session, now=NOON)
            self.mailings = [mailing(session, "first", source_id=1).id, mailing(session, "second", source_id=2).id]
            self.people = [person(session, f"ana{number}").id for number in range(12)]
            joined = {"list_id": 1, "state": SubscriptionState.CONFIRMED, "asked_at": NOON, "confirmed_at": NOON}
            session.add_all(Subscription(subscriber_id=one, **joined) for one in self.people[:-2])

    def enqueue(self, session: Session, chance: random.Random) -> None:
        mine = session.get_one(Mailing, chance.choice(self.mailings))
        if mine.frozen_at is None:
            entries = [Entry(one, skip=chance.choice([None, None, Reason.LEFT])) for one in chance.sample(self.people, 5)]
            enqueue(session, mine, entries, now=self.now, due_at=self.now)

    def freeze(self, session: Session, chance: random.Random) -> None:
        if chance.random() < 0.3:
            session.get_one(Mailing, chance.choice(self.mailings)).frozen_at = self.now

    def claim(self, session: Session, chance: random.Random) -> None:
        worker = chance.choice(list(self.held))
        self.held[worker] += claim(session, worker, now=self.now, room={Lane.CAMPAIGN: chance.randrange(1, 6)})

    def gate(self, session: Session, chance: random.Random) -> None:
        worker = chance.choice(list(self.held))
        pass_gate(session, self.held[worker][: chance.randrange(4)], worker, ring=self.ring, now=self.now)

    def record(self, session: Session, chance: random.Random) -> None:
        worker = chance.choice(list(self.held))
        said = [(row, chance.choice(REPLIES)) for row in self.held[worker][: chance.randrange(4)]]
        record(session, said, worker, ring=self.ring, now=self.now)
        self.held[worker] = self.held[worker][len(said) :]

    def send(self, session: Session, chance: random.Random) -> None:
        rows = claim(session, "one", now=self.now, room={Lane.CAMPAIGN: 4})
        going = pass_gate(session, rows, "one", ring=self.ring, now=self.now)
        record(session, [(row, chance.choice(REPLIES)) for row in rows if row.id in going], "one", ring=self.ring, now=self.now)

    def put_off(self, session: Session, chance: random.Random) -> None:
        worker = chance.choice(list(self.held))
        put_off(session, self.held[worker][:2], worker, now=self.now)

    def hand_back(self, session: Session, chance: random.Random) -> None:
        hand_back(session, chance.choice(list(self.held)))

    def wait(self, session: Session, chance: random.Random) -> None:
        self.now += timedelta(minutes=chance.choice([1, 1, 90]))
        settle_abandoned(session, now=self.now)

    def decide(self, session: Session, chance: random.Random) -> None:
        move_some(session, [chance.choice(self.mailings)], chance.choice(list(Decision)), now=self.now)

    def hurry(self, session: Session, chance: random.Random) -> None:
        hurry_some(session, chance.choice(self.mailings), Reason.THROTTLE, now=self.now)

    def turn(self, session: Session, chance: random.Random) -> None:
        session.get_one(Mailing, chance.choice(self.mailings)).state = chance.choice([MailingState.OPEN, MailingState.OPEN, *MailingState])


HAPPENINGS: list[Callable[[Story, Session, random.Random], None]] = [
    Story.enqueue,
    Story.enqueue,
    Story.freeze,
    Story.claim,
    Story.claim,
    Story.gate,
    Story.gate,
    Story.record,
    Story.send,
    Story.put_off,
    Story.hand_back,
    Story.wait,
    Story.decide,
    Story.hurry,
    Story.turn,
]


@settings(max_examples=size(15, 300), deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.randoms(use_true_random=False)), min_size=5, max_size=60))
def test_whatever_happens_the_cheap_count_is_the_slow_recount(steps: list[tuple[Callable[..., None], random.Random]]) -> None:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/mailflow.sqlite3")
        metadata.create_all(database.engine)
        story = Story(database, open_ring(database, Settings(home=Path(folder), secret_key="for tests only")))
        for happen, chance in steps:
            with database.begin() as session:
                happen(story, session, chance)
            with database.read() as session:
                for mailing_id in story.mailings:
                    mine = session.get_one(Mailing, mailing_id)
                    counted, slow = tally(session, mine), recounted(session, mailing_id)
                    assert counted == slow, happen.__name__
                    sent = func.count().filter(Message.state == State.SENT)
                    assert counted.sent == session.scalar(select(sent).where(Message.mailing_id == mailing_id))
                    assert is_finished(session, mine) == (mine.frozen_at is not None and slow.open == 0)
        database.close()


def test_a_story_reaches_every_state(tmp_path: Path) -> None:
    """What the test above draws its stories from is not all of one kind."""
    database = Database(f"sqlite:///{tmp_path}/mailflow.sqlite3")
    metadata.create_all(database.engine)
    story, chance, seen = Story(database, open_ring(database, Settings(home=tmp_path, secret_key="x" * 20))), random.Random(7), set[str]()
    for _ in range(400):
        with database.begin() as session:
            chance.choice(HAPPENINGS)(story, session, chance)
            seen |= set(session.scalars(select(Message.state)))
    assert seen == set(State)
    database.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_not_one_row_of_who_got_it_is_looked_at(database: Database, now: datetime) -> None:
    """Every part of the count is answered by an index alone, but for the few in hand."""
    asked: list[tuple[str, object]] = []
    with database.begin() as session:
        mine = mailing(session)
        message(session, mine.id, 1)
        mine.frozen_at, mine.people = now, 1
        session.flush()
        event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, given, *_: asked.append((statement, given)))
        tally(session, mine)
        is_finished(session, mine)
        plans = [str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()) for sql, given in list(asked)]
    assert len(plans) == 5
    assert all("ix_message_trouble" in plan or "ix_message_due" in plan or "ix_message_worker" in plan for plan in plans), plans
