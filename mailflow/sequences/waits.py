"""When a wait is over."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailflow.foundation.clock import resolve_wall_time

HOUR = time(10)
"""A wait for a day is over at this hour where the shop is: nobody is written to at midnight."""


def wait_end(settings: Mapping[str, Any], code_ends_at: datetime | None, *, now: datetime, zone: str) -> datetime:
    """The instant at which a wait that begins now is over: after some days, or some days before the code's last one."""
    before = settings.get("before_code_ends_days")
    if before is None:
        return now + timedelta(days=settings["days"])
    if code_ends_at is None:
        return now  # without a code there is nothing to wait for; the condition that follows says so
    day = code_ends_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=before)
    return max(now, resolve_wall_time(datetime.combine(day, HOUR), zone))
