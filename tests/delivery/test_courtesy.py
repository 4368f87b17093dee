"""What senders may claim of providers that are limited: no more than is polite, of several senders together, and after a restart."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.delivery import rules
from mailflow.delivery.buckets import forget_buckets, learn, let_go_on
from mailflow.delivery.claim import claim
from mailflow.delivery.courtesy import courtesy
from mailflow.delivery.families import family_of
from mailflow.delivery.limits import set_limit
from mailflow.delivery.models import Bucket
from mailflow.delivery.providers import count_flow
from mailflow.delivery.rules import Key
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.database import Database
from mailflow.outbox.models import Message
from mailflow.outbox.words import Claimed, Lane, Reason, State
from tests.mailed import mailing, message

ROOM = {Lane.CAMPAIGN: 1000}
THROTTLED = Reply(Verdict.DEFERRED, Reason.THROTTLE, 450, "4.7.28", "unusual rate of mail for ana@gmail.com")
GREYLISTED = Reply(Verdict.DEFERRED, Reason.THROTTLE, 450, "4.7.1", "Greylisted, please try again in 300 seconds")
BLOCKED = Reply(Verdict.FAILED, Reason.POLICY, 550, "5.7.1", "blocked")
GOOGLE = Key("example.com", "google")


@pytest.fixture
def many(database: Database, now: datetime) -> int:
    """Sixty readers of Gmail wait, and twenty of others, mixed."""
    with database.begin() as session:
        mine = mailing(session, at=now)
        for number in range(80):
            domain = "panaderia.example" if number % 4 == 0 else ("gmail.com", "googlemail.com")[number % 2]
            message(session, mine.id, number + 1, state="pending", provider=domain, due_at=now, flush=False)
        return mine.id


def taken(database: Database, worker: str, now: datetime) -> Counter[str]:
    """What one sender claims in one turn, by provider."""
    with database.begin() as session:
        rows = claim(session, worker, now=now, room=ROOM, polite=courtesy(session, now=now))
        return Counter(family_of(row.provider) for row in rows)


def say(database: Database, mailing_id: int, reply: Reply, times: int, now: datetime, domain: str = "gmail.com") -> Bucket | None:
    with database.begin() as session:
        row = Claimed(1, mailing_id, 1, "ana@gmail.com", "es", 1, domain, {}, 1, 2)
        learn(session, [(row, reply)] * times, now=now)
        return session.get(Bucket, (GOOGLE.sender, family_of(domain)))


def in_turns(database: Database, workers: Iterable[str], start: datetime, seconds: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for second in range(seconds):
        for worker in workers:
            found += taken(database, worker, start + timedelta(seconds=second))
    return found


def test_where_nothing_is_limited_nothing_is_minded(database: Database, many: int, now: datetime) -> None:
    with database.begin() as session:
        assert courtesy(session, now=now) is None
    assert taken(database, "one", now) == {"google": 60, "panaderia.example": 20}


def test_two_senders_share_a_slowed_bucket_and_the_others_go_at_once(database: Database, many: int, now: datetime) -> None:
    bucket = say(database, many, THROTTLED, 3, now)
    assert bucket
    assert bucket.slow == rules.LEAST
    assert bucket.words == "450 unusual rate of mail for …"
    assert taken(database, "one", now) == {"panaderia.example": 20}
    with database.read() as session:
        aside = session.scalars(select(Message).where(Message.state == State.DEFERRED)).all()
    assert {one.reason for one in aside} == {Reason.PACED}
    assert len(aside) == 60
    assert {one.attempt for one in aside} == {0}
    due = sorted(one.due_at - now for one in aside)
    assert due[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=3)]
    assert due[-1] == rules.STEP
    later = sum((taken(database, who, now + timedelta(minutes=m)) for m in range(1, 11) for who in ("one", "two")), Counter[str]())
    assert later == {"google": 10}


def test_it_is_the_same_after_a_restart_and_as_before_after_ninety_minutes(database: Database, many: int, now: datetime) -> None:
    say(database, many, THROTTLED, 3, now)
    again = Database(database.url)
    assert taken(again, "new", now) == {"panaderia.example": 20}
    again.close()
    later = now + timedelta(minutes=90)
    assert taken(database, "one", later) == {"google": 60}
    with database.begin() as session:
        forget_buckets(session, now=later)
        assert session.scalars(select(Bucket)).all() == []


def test_a_stopped_provider_waits_whole_and_goes_on_when_a_person_says_so(database: Database, many: int, now: datetime) -> None:
    assert (say(database, many, BLOCKED, 4, now) or Bucket()).since is None
    assert (say(database, many, BLOCKED, 1, now) or Bucket()).until == now + rules.STOPPED_FOR
    assert taken(database, "one", now) == {"panaderia.example": 20}
    with database.begin() as session:
        waits = set(session.scalars(select(Message.due_at).where(Message.state == State.DEFERRED)))
        assert waits == {now + rules.STOPPED_FOR}
        assert let_go_on(session, GOOGLE)
        assert not let_go_on(session, GOOGLE)
        assert courtesy(session, now=now) is None


def test_on_trial_one_refusal_stops_it_again(database: Database, many: int, now: datetime) -> None:
    say(database, many, BLOCKED, 5, now)
    later = now + rules.STOPPED_FOR + timedelta(minutes=1)
    assert taken(database, "one", later) == {"google": 1, "panaderia.example": 20}
    assert (say(database, many, BLOCKED, 1, later) or Bucket()).until == later + rules.STOPPED_FOR


def test_greylisting_and_a_few_complaints_among_many_change_nothing(database: Database, many: int, now: datetime) -> None:
    say(database, many, GREYLISTED, 50, now)
    for minute in range(10):
        with database.begin() as session:
            count_flow(session, sent=["gmail.com"] * 20, now=now)
        say(database, many, THROTTLED, 1, now + timedelta(minutes=minute))
    assert taken(database, "one", now)["google"] == 60


def test_other_sending_domains_keep_their_own_pace(database: Database, many: int, now: datetime) -> None:
    with database.begin() as session:
        session.add(
            Bucket(sender="other.example", provider="google", reason="policy", usual=10, slow=1, since=now, until=now + timedelta(hours=4))
        )
    assert taken(database, "one", now)["google"] == 60


def test_limits_of_a_minute_hold_for_all_senders_together(database: Database, many: int, now: datetime) -> None:
    with database.begin() as session:
        set_limit(session, "google", per_minute=60, connections=None)
    found = in_turns(database, ("one", "two"), now, 11)
    assert found["panaderia.example"] == 20
    assert 10 <= found["google"] <= 12


def test_limits_of_connections_count_what_any_sender_has_in_hand(database: Database, many: int, now: datetime) -> None:
    with database.begin() as session:
        set_limit(session, "google", per_minute=None, connections=7)
    assert taken(database, "one", now)["google"] == 7
    assert taken(database, "two", now + timedelta(seconds=5))["google"] == 0
    with database.begin() as session:
        row = session.scalars(select(Message).where(Message.worker == "one", Message.provider == "gmail.com")).first()
        row.state, row.worker = State.SENT, None
    assert taken(database, "two", now + timedelta(minutes=1))["google"] == 1


def test_two_turns_at_once_wait_for_nobody(database: Database, many: int, now: datetime) -> None:
    """On PostgreSQL, where two may write at once: the second finds the bucket looked after, and takes the others."""
    if database.engine.dialect.name == "sqlite":
        assert in_turns(database, ("one",), now, 1)["panaderia.example"] == 20
        return
    say(database, many, THROTTLED, 3, now)
    later = now + timedelta(minutes=1)
    with database.begin() as one:
        mine = claim(one, "one", now=later, room={Lane.CAMPAIGN: 2}, polite=courtesy(one, now=later))
        other = taken(database, "two", later)
        assert {row.provider for row in mine} <= {"panaderia.example", "gmail.com", "googlemail.com"}
        assert other["google"] == 0
        assert other["panaderia.example"] > 10
