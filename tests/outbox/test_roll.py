"""Who got it, who did not and why, page by page: nobody left out, nobody twice, whatever is asked for."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from mailflow.foundation.database import Database
from mailflow.outbox import roll as rolls
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.roll import roll
from mailflow.outbox.words import State
from tests.mailed import mailing, message

CAST = [
    ("pending", None), ("sent", None), ("deferred", "throttle"), ("failed", "policy"), ("failed", "hard-address"), ("skipped", "left"),
    ("uncertain", "interrupted"), ("claimed", None), ("sending", None), ("deferred", "network"), ("pending", "paused"), ("failed", None),
]  # fmt: skip
QUESTIONS: list[tuple[tuple[str, ...], str | None]] = [
    ((), None),
    (("sent",), None),
    (("pending",), None),
    (("pending",), "paused"),
    (("pending", "deferred"), None),
    (("deferred",), None),
    (("failed",), None),
    (("failed",), "policy"),
    (("skipped",), None),
    (("uncertain",), None),
    (("claimed",), None),
    (("claimed", "sending"), None),
    ((), "throttle"),
    (("pending", "deferred", "claimed", "sending"), None),
]


@pytest.fixture
def mine(database: Database, now: datetime) -> Mailing:
    """Three times the cast, all with their own addresses, and another mailing to the same people."""
    with database.begin() as session:
        found, other = mailing(session), mailing(session, "other", source_id=2)
        for number in range(33):
            state, reason = CAST[number % len(CAST)]
            worker = "one" if state in ("claimed", "sending") else None
            facts = {"state": state, "reason": reason, "worker": worker, "due_at": now + timedelta(minutes=number % 2)}
            message(session, found.id, 100 - number, address=f"ana{number}@example.net", **facts)
            message(session, other.id, 100 - number, address=f"ana{number}@example.net", **facts)
        return found


def _all(database: Database, mine: Mailing, limit: int, **asked: object) -> list[int]:
    found: list[int] = []
    after: str | None = None
    with database.read() as session:
        while True:
            page = roll(session, mine, after=after, limit=limit, **asked)  # type: ignore[arg-type]
            found += [row.id for row in page.rows]
            assert len(page.rows) <= limit
            if page.next is None:
                return found
            after = page.next


@pytest.mark.parametrize("window", [4, 50_000])
@pytest.mark.parametrize(("states", "reason"), QUESTIONS)
def test_every_page_together_is_everybody_asked_for_once(
    database: Database, mine: Mailing, states: tuple[str, ...], reason: str | None, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolls, "WINDOW", window)
    wanted = select(Message.id).where(Message.mailing_id == mine.id)
    wanted = wanted.where(Message.state.in_(states)) if states else wanted
    with database.read() as session:
        known = set(session.scalars(wanted.where(Message.reason == reason) if reason else wanted))
    assert known
    for limit in (1, 2, 5, 50):
        found = _all(database, mine, limit, states=states, reason=reason)
        assert len(found) == len(set(found))
        assert set(found) == known


@pytest.mark.parametrize("window", [3, 50_000])
def test_a_piece_of_the_address_is_found_wherever_it_is(
    database: Database, mine: Mailing, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolls, "WINDOW", window)
    with database.read() as session:
        known = set(session.scalars(select(Message.id).where(Message.mailing_id == mine.id, Message.address.contains("a2"))))
    assert set(_all(database, mine, 3, text="A2")) == known
    assert _all(database, mine, 3, text="100%") == []


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("cursor", ["", "x", "ñ", *map(_coded, ("no", "7", "{}", "[]", "[" * 3000, f'["{"x" * 3000}", 1, 1]'))])
def test_a_cursor_that_is_none_of_ours_is_refused(database: Database, mine: Mailing, cursor: str) -> None:
    with database.read() as session, pytest.raises(ValueError):  # noqa: PT011  # whatever is wrong with it
        roll(session, mine, after=cursor)


@pytest.mark.parametrize(
    ("states", "values"),
    [
        ((), [1]),
        ((), ["two", 1]),
        ((), [True, 1]),
        ((), [None, 1]),
        ((), [2**64, 1]),
        (("pending", "deferred"), ["2026-11-21T12:00:00", 1]),
        (("pending", "deferred"), ["0001-01-01T00:00:00+14:00", 1]),
        (("pending", "deferred"), ["9999-12-31T23:59:59-14:00", 1]),
        (("pending", "deferred"), [None, 1]),
        (("failed",), ["\ud800", 1]),
        (("failed",), ["\x00", 1]),
        (("failed",), [7, 1]),
        (("failed",), ["policy", None]),
    ],
)
def test_a_cursor_of_ours_with_another_place_put_in_is_refused(
    database: Database, mine: Mailing, states: tuple[str, ...], values: list[object]
) -> None:
    with database.read() as session:
        given = roll(session, mine, states=states, limit=1).next
        assert given
        mark = json.loads(base64.urlsafe_b64decode(given + "=="))[0]
        with pytest.raises(ValueError):  # noqa: PT011  # whatever is wrong with it
            roll(session, mine, states=states, after=_coded(json.dumps([mark, *values])))


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"states": ("skipped",), "reason": "left"},
        {"states": ("failed",)},
        {"states": ("failed",), "reason": "hard-address"},
        {"states": ("failed",), "reason": "policy", "text": "ana"},
    ],
)
def test_a_cursor_of_another_question_is_refused(database: Database, mine: Mailing, asked: dict[str, Any]) -> None:
    with database.read() as session:
        cursor = roll(session, mine, states=("failed",), reason="policy", limit=1).next
        with pytest.raises(ValueError, match="another question"):
            roll(session, mine, after=cursor, **asked)


def test_a_cursor_of_another_mailing_is_refused(database: Database, mine: Mailing) -> None:
    with database.read() as session:
        other = session.scalars(select(Mailing).where(Mailing.id != mine.id)).one()
        cursor = roll(session, mine, states=("failed",), limit=1).next
        with pytest.raises(ValueError, match="another question"):
            roll(session, other, states=("failed",), after=cursor)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("states", "reason"), [one for one in QUESTIONS if set(one[0]) != {"claimed", "sending", "pending", "deferred"}])
def test_no_page_is_sorted_or_counted_through(database: Database, mine: Mailing, states: tuple[str, ...], reason: str | None) -> None:
    """Every statement walks along an index in its order; a search looks at a window of it."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    with database.read() as session:
        after = roll(session, mine, states=states, reason=reason, limit=1).next
        event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, given, *_: asked.append((statement, given)))
        roll(session, mine, states=states, reason=reason, after=after, limit=1)
        plans = [
            (sql, [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)]) for sql, given in [*asked]
        ]
    assert plans
    for sql, plan in plans:
        assert not any("SCAN message" in step for step in plan), (sql, plan)
        assert "JOIN" in sql or State.CLAIMED in states or not any("TEMP B-TREE" in step for step in plan), (sql, plan)
