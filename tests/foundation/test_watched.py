"""A clock is watched: its being set is noticed, and between two looks it is known what it shows."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.foundation import watched
from mailflow.foundation.database import Database
from mailflow.foundation.watched import Watched, shared_now
from tests.conftest import NOON

SECOND = timedelta(seconds=1)


class Time:
    """What has truly passed, and by how much the clock on the wall is off."""

    def __init__(self) -> None:
        self.passed, self.off = 0.0, timedelta()

    def monotonic(self) -> float:
        return self.passed

    def shown(self) -> object:
        return NOON + timedelta(seconds=self.passed) + self.off


@pytest.fixture
def truth(monkeypatch: pytest.MonkeyPatch) -> Time:
    truth = Time()
    monkeypatch.setattr(watched, "time", truth)
    return truth


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1), timedelta(seconds=-5)])
def test_b_07_a_clock_that_was_set_is_noticed_at_the_next_look_and_only_then(truth: Time, by: timedelta) -> None:
    clock = Watched()
    assert clock.look(truth.shown()) == timedelta()
    truth.passed += 20
    assert (clock.look(truth.shown()), clock.even_for) == (timedelta(), 20 * SECOND)
    truth.passed, truth.off = truth.passed + 2, by
    assert (clock.look(truth.shown()), clock.even_for) == (by, timedelta())
    truth.passed += 3
    assert (clock.look(truth.shown()), clock.even_for, clock.now()) == (timedelta(), 3 * SECOND, truth.shown())


def test_what_it_shows_between_two_looks_is_not_what_somebody_set_it_to(truth: Time) -> None:
    clock = Watched()
    clock.look(truth.shown())
    truth.passed, truth.off = 1.5, timedelta(days=1)
    assert clock.now() == NOON + 1.5 * SECOND


def test_it_is_not_trusted_from_the_start(truth: Time) -> None:
    clock = Watched()
    clock.look(truth.shown())
    assert clock.even_for == timedelta()


@given(st.lists(st.tuples(st.floats(0.1, 3), st.sampled_from([0.0, 0.0, 0.0, -5.0, 3600.0, -3600.0, 86400.0])), max_size=40))
def test_b_07_it_is_even_for_exactly_as_long_as_nobody_set_it(story: list[tuple[float, float]]) -> None:
    truth, clock, since = Time(), Watched(), 0.0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(watched, "time", truth)
        clock = Watched()
        clock.look(truth.shown())
        for pause, by in story:
            truth.passed += pause
            truth.off += timedelta(seconds=by)
            since = truth.passed if by else since
            assert abs(clock.look(truth.shown()).total_seconds() - by) < 0.001
            assert abs(clock.even_for.total_seconds() - (truth.passed - since)) < 0.001


def test_the_clock_that_all_share_is_the_databases(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL a computer whose own clock is a day ahead takes no part in it."""
    monkeypatch.setattr(watched, "utc_now", lambda: NOON)
    with database.read() as session:
        shown = shared_now(session)
    assert (shown == NOON) == database.url.startswith("sqlite")
    assert shown.tzinfo is not None
