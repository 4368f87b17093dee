"""B-06: every hour of every day comes exactly once, also where clocks skip it or show it twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.foundation.clock import resolve_wall_time
from tests.foundation.changes import DAY, TIMES, ZONES, changes, slowly

CASES = [(zone, which) for zone in ZONES for which in (0, 1)]
DAYS = [timedelta(days=off) for off in range(-3, 4)]


def _local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _firings(days: list[datetime], at: time, zone: str) -> list[datetime]:
    """The instants at which something planned for this hour of these days happens."""
    return [resolve_wall_time(datetime.combine(day.date(), at), zone) for day in days]


@pytest.mark.parametrize(("zone", "which"), CASES)
def test_b_06_one_off(zone: str, which: int) -> None:
    for at in TIMES:
        for off in (-DAY, timedelta(), DAY):
            wall = datetime.combine((changes(zone)[which] + off).date(), at)
            assert resolve_wall_time(wall, zone) == slowly(wall, zone), wall


@pytest.mark.parametrize(("zone", "which"), CASES)
@pytest.mark.parametrize("step", [1, 7], ids=["daily", "weekly"])
def test_b_06_daily_and_weekly(zone: str, which: int, step: int) -> None:
    days = [changes(zone)[which] + off * step for off in DAYS]
    for at in TIMES:
        fired = _firings(days, at, zone)
        assert fired == sorted(set(fired)), "each planned day once, in their order"
        for day, instant in zip(days, fired, strict=True):
            shown = _local(instant, zone)
            # Nuuk goes from 23:00 to midnight: what was planned for 23:30 that day comes with the next one's first second.
            assert shown.date() == day.date() or shown == datetime.combine(day.date() + DAY, time()), (day, at)


def test_b_06_in_each_readers_own_zone() -> None:
    for zone in ZONES:
        for which in (0, 1):
            for at in TIMES:
                wall = datetime.combine(changes(zone)[which].date(), at)
                instants = {reader: resolve_wall_time(wall, reader) for reader in ZONES}
                for reader, instant in instants.items():
                    assert _local(instant, reader) == wall or _local(instant - timedelta(seconds=1), reader) < wall
                assert len(instants) == len(ZONES)


def test_b_06_the_days_that_apscheduler_skips_or_doubles() -> None:
    assert resolve_wall_time(datetime(2026, 3, 30, 0, 30), "Europe/Madrid") == datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    assert resolve_wall_time(datetime(2026, 3, 29, 2, 30), "Europe/Madrid") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert resolve_wall_time(datetime(2026, 10, 25, 2, 30), "Europe/Madrid") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert resolve_wall_time(datetime(2026, 9, 6, 0, 0), "America/Santiago") == datetime(2026, 9, 6, 4, 0, tzinfo=UTC)


def test_b_06_would_fail_by_pythons_own_reading() -> None:
    """What ``fold=0`` makes of an hour that does not exist: half an hour too late."""
    wrong = [
        wall
        for zone, which in CASES
        for at in TIMES
        for wall in [datetime.combine(changes(zone)[which].date(), at)]
        if wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) != slowly(wall, zone)
    ]
    assert wrong


walls = st.builds(
    datetime.combine, st.dates(date(2024, 1, 1), date(2037, 1, 1)), st.times().map(lambda at: at.replace(second=0, microsecond=0))
)


@settings(max_examples=60, deadline=None)
@given(wall=walls, zone=st.sampled_from(ZONES))
def test_b_06_any_hour_of_any_day_is_told_as_slowly(wall: datetime, zone: str) -> None:
    assert resolve_wall_time(wall, zone) == slowly(wall, zone)


@settings(max_examples=300, deadline=None)
@given(wall=walls, later=st.timedeltas(timedelta(), timedelta(days=2)), zone=st.sampled_from(ZONES))
def test_b_06_what_is_planned_later_never_comes_sooner(wall: datetime, later: timedelta, zone: str) -> None:
    assert resolve_wall_time(wall, zone) <= resolve_wall_time(wall + later, zone)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), which=st.sampled_from((0, 1)), minute=st.integers(-1440, 2880))
def test_b_06_around_a_change_every_minute_is_told_as_slowly(zone: str, which: int, minute: int) -> None:
    wall = changes(zone)[which] + timedelta(minutes=minute)
    assert resolve_wall_time(wall, zone) == slowly(wall, zone)
