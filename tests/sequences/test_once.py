"""Whatever is killed, and in whatever order the clock and the jobs come: each step at most once, and in the end all of them."""

import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.foundation.database import Database
from mailflow.offers.models import Code
from mailflow.outbox.models import Mailing, Message
from mailflow.sequences.advance import advance_due
from mailflow.sequences.enrol import enrol_confirmed, enrol_quiet
from mailflow.sequences.models import Enrolment
from tests.sequences.cast import House, days


class KilledError(Exception):
    """Stands for a power cut in the middle of a transaction."""


def killed_after(database: Database, statements: int):
    """Let the database fail at the n-th statement from now."""
    left = [statements]

    @event.listens_for(database.engine, "before_cursor_execute")
    def _count(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KilledError

    return lambda: event.remove(database.engine, "before_cursor_execute", _count)


def run_with_kills(house: House, job, now: datetime, chance: random.Random) -> None:
    """One run of a job that may be cut off at any of its statements, commit included."""
    stop = killed_after(house.database, chance.randrange(0, 60))
    try:
        with suppress(KilledError), house.database.begin() as session:
            job(session, now=now)
            die(chance.random() < 0.3)
    finally:
        stop()


def die(sometimes: bool) -> None:
    if sometimes:
        raise KilledError


@pytest.mark.parametrize("seed", range(8))
def test_any_kill_and_any_order_leave_each_step_done_once(house: House, now: datetime, seed: int):
    chance = random.Random(seed)
    house.switch("welcome", True, now - days(1))
    people = [house.join(f"Ana{number}", now) for number in range(5)]
    moments = [now + timedelta(seconds=second) for second in range(6)] + [
        now
        + days(
            12,
        )
        + timedelta(seconds=second)
        for second in range(6)
    ]
    moments += [chance.choice(moments) for _ in range(6)]  # the clock jumps back and forth
    for moment in moments:
        run_with_kills(house, chance.choice([enrol_confirmed, enrol_quiet, advance_due]), moment, chance)
        _nothing_twice(house)
    house.run(*(now + days(day) for day in range(12, 40)))
    _nothing_twice(house)
    for person in people:
        assert house.mails(person) == ["welcome", "welcome_reminder"]
    with house.database.read() as session:
        assert len(list(session.scalars(select(Code)))) == len(people)
        assert len(list(session.scalars(select(Activity).where(Activity.kind == Kind.CODE_ISSUED)))) == len(people)


def _nothing_twice(house: House) -> None:
    with house.database.read() as session:
        rows = session.execute(select(Mailing.template, Message.person_key).join(Message)).all()
        places = {one.subscriber_id: one.position for one in session.scalars(select(Enrolment))}
    assert not [row for row, times in Counter(rows).items() if times > 1]
    for template, person in rows:  # an effect is there exactly when its step has been passed
        assert places[person] > {"welcome": 0, "welcome_reminder": 3}[template]
    welcomed = {person for template, person in rows if template == "welcome"}
    assert {person for person, position in places.items() if position > 0} == welcomed


def test_the_silent_are_marked_once_whatever_is_killed(house: House, now: datetime):
    chance = random.Random(7)
    dario = house.join("Dario", now - days(365))
    house.note(Kind.SENT, dario, now - days(30))
    house.switch("reactivation", True, now)
    house.run(now)
    house.send_all(now)
    for _ in range(12):
        run_with_kills(house, advance_due, now + days(14), chance)
    house.run(now + days(14))
    with house.database.read() as session:
        assert len(list(session.scalars(select(Activity).where(Activity.kind == Kind.MARKED_SILENT)))) == 1
    assert house.person(dario).silent_since == now + days(14)


def statements(house: House, job) -> int:
    """How many statements a job takes."""
    seen = []
    count = lambda *told: seen.append(told[2])  # noqa: E731
    event.listen(house.database.engine, "before_cursor_execute", count)
    try:
        job()
    finally:
        event.remove(house.database.engine, "before_cursor_execute", count)
    return len(seen)


def test_a_full_slice_takes_no_more_statements_than_a_few_people(house: House, now: datetime):
    """SQLite has one writer (design: 50 ms a transaction): the work of a slice must not become a query for each person."""
    house.switch("welcome", True, now)
    taken = []
    for people in (3, 100):
        for number in range(people):
            house.join(f"Ana{people}x{number}", now)
        with house.database.begin() as session:
            enrol_confirmed(session, now=now)

        def advance(expected: int = people) -> None:
            with house.database.begin() as session:
                assert advance_due(session, now=now) == expected

        taken.append(statements(house, advance))
    assert taken[1] <= taken[0]
