"""B-07: whatever is done to the computer's clock, the tick goes on once a second, and once only."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.scheduler import tick
from tests.conftest import NOON

pytestmark = pytest.mark.timeout(60)


class Leads:
    """Nobody else wants to lead."""

    def leads(self) -> bool:
        return True

    def close(self) -> None:
        pass


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def ticks(clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[list[int]]:
    counted: list[int] = []

    def count(database: Database, settings: Settings) -> int:
        counted.append(1)
        return 0

    database, stop = Database(f"sqlite:///{settings.home / 'mailflow.sqlite3'}"), threading.Event()
    monkeypatch.setattr(tick, "EVERY_SECOND", (count,))
    monkeypatch.setattr(tick, "Standing", lambda *_: None)
    monkeypatch.setattr(tick, "may_act", lambda _: True)
    leading = threading.Thread(target=tick._lead, args=(Leads(), database, settings, stop))
    leading.start()
    yield counted
    stop.set()
    leading.join(20)
    database.close()


def _goes_on(counted: list[int]) -> None:
    deadline, before = time.perf_counter() + 10, len(counted)
    while len(counted) < before + 2:
        assert time.perf_counter() < deadline, "it ticks no more"
        time.sleep(0.05)


@pytest.mark.parametrize("days", [-1, 20_000], ids=["a day back", "from 1970, as computers wake up"])
def test_b_07_the_tick_goes_on_when_the_clock_is_set(clock: time_machine.Traveller, ticks: list[int], days: int) -> None:
    _goes_on(ticks)
    clock.shift(timedelta(days=days))
    _goes_on(ticks)


def test_b_07_would_fail_with_an_interval_of_the_calendar(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, ticks: list[int]
) -> None:
    _goes_on(ticks)
    monkeypatch.setattr(tick, "utc_now", lambda: NOON + timedelta(days=2))  # the clock's being set back is not noticed
    clock.shift(timedelta(days=-1))
    time.sleep(0.2)
    before = len(ticks)
    time.sleep(2.5)
    assert len(ticks) <= before + 1
