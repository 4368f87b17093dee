"""When a wait is over."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailflow.foundation.clock import resolve_wall_time

HOUR = time(10)
"""A wait for a day is over at this hour where the shop is: nobody is written to at midnight."""
LATE = timedelta(minutes=60)
"""Whoever goes on later than this, since nothing ran, goes on by day."""
_DAY = (time(9), time(21))
"""Between these hours a late mail leaves as soon as it can."""
ENDS_AT_AN_HOUR = "before_code_ends_days"
"""The setting of a wait that is over at an hour of the clock."""


def wait_end(settings: Mapping[str, Any], code_ends_at: datetime | None, *, now: datetime, zone: str) -> datetime:
    """The instant at which a wait that begins now is over: after some days, or some days before the code's last one."""
    before = settings.get(ENDS_AT_AN_HOUR)
    if before is None:
        return now + timedelta(days=settings["days"])
    if code_ends_at is None:
        return now  # without a code there is nothing to wait for; the condition that follows says so
    # A code ends with a day; where the rules of clocks were changed since it was given, not quite: noon tells which day was meant.
    day = (code_ends_at.astimezone(ZoneInfo(zone)) - timedelta(hours=12)).date() - timedelta(days=before)
    end = resolve_wall_time(datetime.combine(day, HOUR), zone)
    return end if end > now else _by_day(end, code_ends_at, now=now, zone=zone)


def is_over(settings: Mapping[str, Any], due_at: datetime, code_ends_at: datetime | None, *, now: datetime, zone: str) -> bool:
    """Whether a wait that was to end at ``due_at``, which has come, is over; what comes late, since nothing ran, comes by day."""
    return ENDS_AT_AN_HOUR not in settings or _by_day(due_at, code_ends_at, now=now, zone=zone) <= now


def same_day_at_the_hour(due_at: datetime, zone: str) -> datetime:
    """The instant nearest to ``due_at`` at which it is the hour where the shop is."""
    day = due_at.astimezone(ZoneInfo(zone)).date()
    hours = [resolve_wall_time(datetime.combine(day + timedelta(days=off), HOUR), zone) for off in (-1, 0, 1)]
    return min(hours, key=lambda hour: abs(hour - due_at))


def _by_day(due_at: datetime, code_ends_at: datetime | None, *, now: datetime, zone: str) -> datetime:
    """When somebody goes on whose wait was over at ``due_at``: now; if that is late and night, when it is the hour again.

    At once, too, where her code ends before that: better at night than too late to be of use.
    """
    local = now.astimezone(ZoneInfo(zone))
    if now - due_at <= LATE or _DAY[0] <= local.time() < _DAY[1]:
        return now
    tomorrow = local.date() + timedelta(days=local.time() > HOUR)
    hour = resolve_wall_time(datetime.combine(tomorrow, HOUR), zone)
    return now if code_ends_at is not None and code_ends_at <= hour else hour
