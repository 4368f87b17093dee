"""A reminder comes by day: also after a night without power, also where the clocks, or the shop, have moved."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.audience.queries import installation
from mailflow.foundation.settings import Settings
from mailflow.scheduler.hours import find_hours_again
from mailflow.sequences.models import Enrolment
from mailflow.sequences.waits import is_over, same_day_at_the_hour
from tests.foundation.changes import ZONES
from tests.foundation.test_zones import Computer, computer
from tests.sequences.cast import House, days

__all__ = ["computer"]
MADRID = ZoneInfo("Europe/Madrid")
DUE = datetime(2026, 12, 2, 10, 0, tzinfo=MADRID)


@pytest.fixture
def ana(house: House, now: datetime) -> int:
    """Ana was welcomed; her reminder is due on 2 December at ten, her code ends with the 5th."""
    house.switch("welcome", True, now - timedelta(minutes=1))
    person = house.join("Ana", now)
    house.tick(now + timedelta(seconds=1))
    return person


@pytest.mark.parametrize(
    ("back", "reminded"),
    [
        ("2026-12-02T10:59", "2026-12-02T10:59"),
        ("2026-12-02T15:00", "2026-12-02T15:00"),
        ("2026-12-02T22:00", "2026-12-03T10:00"),
        ("2026-12-04T03:00", "2026-12-04T10:00"),
        ("2026-12-05T22:00", "2026-12-05T22:00"),
    ],
    ids=["within the hour", "by day", "at night", "after two days, before dawn", "at night, and tomorrow her code has ended"],
)
def test_b_05_after_a_stop_the_reminder_comes_by_day(house: House, ana: int, back: str, reminded: str) -> None:
    moment, wanted = (datetime.fromisoformat(each).replace(tzinfo=MADRID) for each in (back, reminded))
    house.run(moment)
    assert house.mails(ana) == (["welcome", "welcome_reminder"] if wanted == moment else ["welcome"])
    house.run(wanted - timedelta(seconds=1), wanted, wanted + timedelta(seconds=1))
    assert house.mails(ana) == ["welcome", "welcome_reminder"]


def test_after_two_days_of_standstill_a_welcome_and_a_confirmation_still_come(house: House, now: datetime) -> None:
    house.switch("welcome", True, now)
    elena = house.join("Elena", now)
    house.run(now + days(2))
    assert house.mails(elena) == ["welcome"]


def _find_again(house: House, settings: Settings) -> None:
    find_hours_again(house.database, settings)


def _due(house: House, person: int) -> datetime:
    enrolment = house.enrolment(person)
    assert isinstance(enrolment, Enrolment)
    return enrolment.due_at


def test_ten_stays_ten_where_the_rules_of_the_clocks_change(house: House, computer: Computer, settings: Settings, now: datetime) -> None:
    computer.updates("2090a")
    _find_again(house, settings)
    house.switch("welcome", True, now - timedelta(minutes=1))
    ana = house.join("Ana", now)
    house.tick(now + timedelta(seconds=1))
    assert _due(house, ana) == DUE
    computer.updates("2091a", madrid="Europe/London")
    _find_again(house, settings)
    assert _due(house, ana) == DUE + timedelta(hours=1)
    _find_again(house, settings)
    assert _due(house, ana) == DUE + timedelta(hours=1)


def test_ten_is_ten_of_where_the_shop_is_now(house: House, ana: int, settings: Settings) -> None:
    _find_again(house, settings)
    with house.database.begin() as session:
        installation(session).zone = "Atlantic/Canary"
    _find_again(house, settings)
    assert _due(house, ana) == DUE + timedelta(hours=1)


@given(
    late=st.timedeltas(timedelta(), timedelta(days=20)),
    zone=st.sampled_from(ZONES),
    code=st.none() | st.timedeltas(timedelta(), timedelta(days=9)),
)
def test_nobody_is_reminded_at_night_but_on_her_last_evening(late: timedelta, zone: str, code: timedelta | None) -> None:
    now, ends_at = DUE + late, DUE + code if code is not None else None
    over = is_over({"before_code_ends_days": 3}, DUE, ends_at, now=now, zone=zone)
    by_day = 9 <= now.astimezone(ZoneInfo(zone)).hour < 21
    last_chance = ends_at is not None and ends_at <= now + timedelta(hours=25)
    assert over or not (by_day or late <= timedelta(hours=1))
    assert not over or by_day or late <= timedelta(hours=1) or last_chance


@given(off=st.timedeltas(timedelta(hours=-11), timedelta(hours=11)), zone=st.sampled_from(ZONES))
def test_the_nearest_ten_is_found_and_stays(off: timedelta, zone: str) -> None:
    hour = same_day_at_the_hour(DUE + off, zone)
    assert abs(hour - (DUE + off)) <= timedelta(hours=13)
    assert hour.astimezone(ZoneInfo(zone)).hour == 10
    assert same_day_at_the_hour(hour, zone) == hour
