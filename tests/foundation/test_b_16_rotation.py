"""B-16: keys are turned while mails with old links are out: nobody's link breaks, and processes that run need no restart."""

import time
from datetime import datetime, timedelta

import pytest
import time_machine

from mailflow.foundation import ring as rings
from mailflow.foundation.database import Database
from mailflow.foundation.keys import MOST_KEYS, READS_FOR, TAKES_OVER, rotate, secret_of, token_keys
from mailflow.foundation.ring import Ring, keep_learning, open_ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose, Token


def _turn(database: Database, settings: Settings, at: datetime) -> int | None:
    with database.begin() as session:
        return rotate(session, secret_of(settings), now=at)


def _ring(database: Database, settings: Settings, at: datetime) -> Ring:
    with time_machine.travel(at, tick=False):
        return open_ring(database, settings)


def test_b_16_old_links_are_read_for_400_days_and_new_ones_by_everybody_before_they_are_made(
    database: Database, settings: Settings, now: datetime
) -> None:
    before = _ring(database, settings, now - timedelta(days=1))
    old = before.mint.make(Purpose.LEAVE, 7)
    address = before.hash("ana@example.net")
    assert _turn(database, settings, now) == 3, "1 is the first, 2 is the suppressions'"
    at_once = _ring(database, settings, now + timedelta(seconds=3))
    assert at_once.mint.make(Purpose.LEAVE, 7) == old, "others may not know the new one yet"
    later = _ring(database, settings, now + TAKES_OVER)
    new = later.mint.make(Purpose.LEAVE, 7)
    assert new != old
    assert at_once.mint.read(Purpose.LEAVE, new) == Token(7)
    assert later.mint.read(Purpose.LEAVE, old) == Token(7)
    assert _ring(database, settings, now + timedelta(days=399)).mint.read(Purpose.LEAVE, old) == Token(7)
    assert _ring(database, settings, now + timedelta(days=401)).mint.read(Purpose.LEAVE, old) is None
    assert later.hash("ana@example.net") == address


def test_a_process_that_runs_learns_it_by_itself(
    database: Database, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "_LOOK_EVERY", 0.05)
    running = _ring(database, settings, now)
    mint, old = running.mint, running.mint.make(Purpose.OPEN, 1)
    _turn(database, settings, now)
    new = _ring(database, settings, now + TAKES_OVER).mint.make(Purpose.OPEN, 1)
    assert mint.read(Purpose.OPEN, new) is None
    keep_learning(running, database, settings)
    deadline = time.monotonic() + 10
    while running.mint is mint and time.monotonic() < deadline:
        time.sleep(0.02)
    assert running.mint.read(Purpose.OPEN, new) == Token(1)
    assert running.mint.read(Purpose.OPEN, old) == Token(1)


def test_keys_run_out_only_while_all_are_needed(database: Database, settings: Settings, now: datetime) -> None:
    _ring(database, settings, now)
    turned = [_turn(database, settings, now + timedelta(minutes=number)) for number in range(MOST_KEYS)]
    assert turned == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, None, None]
    much_later = now + READS_FOR + timedelta(days=1)
    assert _turn(database, settings, much_later) == 1
    with database.read() as session:
        told = token_keys(session, secret_of(settings), now=much_later + TAKES_OVER)
    assert told.newest == 1
    assert set(told.keys) == {1, 15}
