"""A campaign's hour: read from the form, checked, and said in words with its zone."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from flask_babel import gettext as _

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.plan import planned
from mailflow.foundation.clock import resolve_wall_time
from mailflow.studio.company import company
from mailflow.studio.formats import day, moment
from mailflow.studio.surroundings import current_instant

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


def hour_words(campaign: Campaign) -> str:
    """ "Friday 27 November at 10:00, Europe/Madrid", with the company's own time where that is another; "as soon as you confirm"."""
    wall = planned(campaign)
    if wall is None:
        return str(_("as soon as you confirm"))
    zone = campaign.zone or company().zone
    words: str = _("%(day)s at %(time)s, %(zone)s time", day=_day(wall), time=f"{wall:%H:%M}", zone=zone.replace("_", " "))
    if zone == company().zone:
        return words
    return str(_("%(hour)s (here: %(moment)s)", hour=words, moment=moment(resolve_wall_time(wall, zone))))


def _day(wall: datetime) -> str:
    """The day in full; with its year where that is not this one."""
    words = day(wall.date(), long=True)
    return words if wall.year == current_instant().year else str(_("%(day)s, %(year)s", day=words, year=wall.year))


def is_past(campaign: Campaign, now: datetime) -> bool:
    """Whether the hour kept with a draft has gone by."""
    wall = planned(campaign)
    return wall is not None and resolve_wall_time(wall, campaign.zone or company().zone) < now - timedelta(minutes=2)
