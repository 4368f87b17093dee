"""A campaign's hour: read from the form, and checked."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from flask_babel import gettext as _

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.plan import planned
from mailflow.foundation.clock import resolve_wall_time
from mailflow.studio.company import company

FARTHEST = timedelta(days=2 * 366)


@cache
def zones() -> tuple[str, ...]:
    """Every place by whose clocks an hour can be meant."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return (*sorted(places), "UTC")


def read_hour(day_text: str, time_text: str, now: datetime) -> tuple[datetime | None, str | None]:
    """The naive wall time that was typed, or what is wrong with it."""
    try:
        wall = datetime.fromisoformat(f"{day_text.strip()}T{time_text.strip()}").replace(tzinfo=None)
    except ValueError:
        return None, _("Choose a day and an hour.")
    if not timedelta() <= wall - now.replace(tzinfo=None) + timedelta(days=2) <= FARTHEST:
        return None, _("Choose a day within the next two years.")
    return wall, None


def is_past(campaign: Campaign, now: datetime) -> bool:
    """Whether the hour kept with a draft has gone by."""
    wall = planned(campaign)
    return wall is not None and resolve_wall_time(wall, campaign.zone or company().zone) < now - timedelta(minutes=2)
