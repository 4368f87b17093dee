"""People who were put off are tried again at once, when somebody asks for it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.foundation.database import Database
from mailflow.outbox import hurry
from mailflow.outbox.models import Message
from tests.mailed import mailing, message


@pytest.fixture
def mailing_id(database: Database, now: datetime) -> int:
    """Ana and Berta were put off by a busy server, Darío by a full mailbox; Elena waits her turn, Flora's try failed."""
    with database.begin() as session:
        first_start(session, now=now)
        made, later = mailing(session).id, now + timedelta(minutes=20)
        first = {"due_at": later, "first_due_at": now - timedelta(hours=1), "sent_at": None}
        for person, (state, reason) in enumerate(
            [
                ("deferred", "throttle"),
                ("deferred", "throttle"),
                ("deferred", "mailbox-temporary"),
                ("pending", None),
                ("failed", "throttle"),
            ]
        ):
            message(session, made, person + 1, state=state, reason=reason, attempt=1, **first)
        return made


def _due(database: Database, now: datetime) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(Message.person_key).where(Message.due_at <= now).order_by(Message.person_key)))


def test_only_those_put_off_for_that_reason_become_due(database: Database, mailing_id: int, now: datetime) -> None:
    with database.begin() as session:
        assert hurry.hurry_some(session, mailing_id, "throttle", now=now) == 2
    assert _due(database, now) == [1, 2]
    with database.read() as session:
        ana = session.scalars(select(Message).where(Message.person_key == 1)).one()
    assert (ana.attempt, ana.first_due_at) == (1, now - timedelta(hours=1))


def test_slice_after_slice_ends_and_a_second_click_finds_nobody(
    database: Database, mailing_id: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hurry, "SLICE", 1)
    moved = []
    for _ in range(3):
        with database.begin() as session:
            moved.append(hurry.hurry_some(session, mailing_id, "throttle", now=now))
    assert moved == [1, 1, 0]


def test_another_mailings_people_are_left_alone(database: Database, mailing_id: int, now: datetime) -> None:
    with database.begin() as session:
        assert hurry.hurry_some(session, mailing_id + 1, "throttle", now=now) == 0
    assert _due(database, now) == []
