"""When a wait is over."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mailflow.audience.queries import installation
from mailflow.foundation.clock import resolve_wall_time
from mailflow.sequences.models import Step

HOUR = time(10)
"""A wait for a day is over at this hour where the shop is: nobody is written to at midnight."""


def wait_end(session: Session, step: Step, code_ends_at: datetime | None, *, now: datetime) -> datetime:
    """The instant at which a wait that begins now is over: after some days, or some days before the code's last one."""
    before = step.settings.get("before_code_ends_days")
    if before is None:
        return now + timedelta(days=step.settings["days"])
    if code_ends_at is None:
        return now  # without a code there is nothing to wait for; the condition that follows says so
    zone = installation(session).zone
    day = code_ends_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=before)
    return max(now, resolve_wall_time(datetime.combine(day, HOUR), zone))
