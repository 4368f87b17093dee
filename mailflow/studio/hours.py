"""A campaign's hour in words: by whose clock, and what becomes of one that the clocks leave out or show twice."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta, get_timezone_location
from flask_babel import gettext as _

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.plan import planned
from mailflow.foundation.clock import resolve_wall_time
from mailflow.studio.company import company
from mailflow.studio.formats import day, moment
from mailflow.studio.language import current_language
from mailflow.studio.surroundings import current_instant


def place_name(zone: str) -> str:
    """What the reader calls the place of a zone: "Nueva York" of America/New_York, "UTC" of itself."""
    return get_timezone_location(zone, locale=current_language(), return_city=True).rpartition("/")[2]


def hour_words(campaign: Campaign) -> str:
    """ "Friday 27 November at 10:00, Madrid time (UTC+1)", with the company's own time where that is another; "as soon as you confirm"."""
    wall = planned(campaign)
    if wall is None:
        return str(_("as soon as you confirm"))
    zone = campaign.zone or company().zone
    instant = campaign.due_at or resolve_wall_time(wall, zone)
    shown = instant.astimezone(ZoneInfo(zone))
    facts = {"day": _day(shown.replace(tzinfo=None)), "time": f"{shown:%H:%M}", "place": place_name(zone), "offset": _offset(shown)}
    words: str = _("%(day)s at %(time)s, %(place)s time (%(offset)s)", **facts)
    if zone == company().zone:
        return words
    return str(_("%(hour)s (here: %(moment)s)", hour=words, moment=moment(instant)))


def hour_note(campaign: Campaign) -> str | None:
    """What to know of an hour that the clocks of its place skip, or show twice; None of any other."""
    wall, zone = planned(campaign), campaign.zone or company().zone
    if wall is None:
        return None
    shown, name = _shown(wall, zone), place_name(zone)
    if shown != wall:
        asked, leaves = f"{wall:%H:%M}", f"{shown:%H:%M}"
        return str(
            _(
                "%(asked)s does not exist that day in %(place)s: the clocks go forward. It leaves at %(leaves)s.",
                asked=asked,
                place=name,
                leaves=leaves,
            )
        )
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    if first == second:
        return None
    return str(
        _("%(asked)s comes twice that day in %(place)s: the clocks go back. It leaves the first time.", asked=f"{wall:%H:%M}", place=name)
    )


def moved_note(campaign: Campaign) -> str | None:
    """What to know of a scheduled campaign whose instant is another since the rules of its place's clocks were changed."""
    if campaign.moved_from is None or campaign.due_at is None:
        return None
    zone, later = campaign.zone or company().zone, campaign.due_at - campaign.moved_from
    facts = {
        "place": place_name(zone),
        "time": f"{campaign.due_at.astimezone(ZoneInfo(zone)):%H:%M}",
        "span": format_timedelta(abs(later), threshold=1, locale=current_language()),
    }
    if later > timedelta():
        return str(
            _("The rules of the clocks in %(place)s changed. It still leaves at %(time)s there; that is %(span)s later now.", **facts)
        )
    return str(_("The rules of the clocks in %(place)s changed. It still leaves at %(time)s there; that is %(span)s sooner now.", **facts))


def _offset(shown: datetime) -> str:
    """ "UTC+1", "UTC−3:30", "UTC"."""
    minutes = int((shown.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    return f"UTC{sign}{hours}{f':{rest:02d}' if rest else ''}" if minutes else "UTC"


def _shown(wall: datetime, zone: str) -> datetime:
    """What the clock on the wall shows when it leaves."""
    return resolve_wall_time(wall, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _day(wall: datetime) -> str:
    """The day in full; with its year where that is not this one."""
    words = day(wall.date(), long=True)
    return words if wall.year == current_instant().year else str(_("%(day)s, %(year)s", day=words, year=wall.year))
