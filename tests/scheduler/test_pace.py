"""How many messages are taken in hand at once follows from what is measured: how fast they leave, and how long a turn lasts."""

import pytest

from mailflow.scheduler import pace
from mailflow.scheduler.pace import Pace


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Pace:
    """A thousand messages a second for a second."""
    now = 100.0
    monkeypatch.setattr(pace.time, "monotonic", lambda: now)
    measured = Pace()
    for _ in range(20):
        now += 0.05
        measured.answered(50)
    return measured


def test_as_many_pass_the_gate_as_leave_within_the_life_of_an_intent(measured: Pace) -> None:
    assert measured.burst == pytest.approx(72, abs=1)


def test_the_longer_a_turn_lasts_the_sooner_the_next_begins(measured: Pace) -> None:
    low, leaving = measured.low, measured.leaving
    for _ in range(30):
        measured.turned(0.030)
    assert measured.low > low
    assert measured.leaving == pytest.approx(15, abs=1)
    assert measured.leaving > leaving


def test_a_turn_that_takes_forever_makes_no_tiny_turns(measured: Pace) -> None:
    for _ in range(30):
        measured.turned(2.0)
    assert measured.low <= measured.burst * 0.7
