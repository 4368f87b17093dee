"""Eight places, their two next changes of clocks, and seven hours around each; and a slow, obvious way to tell an instant."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONES = (
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",  # by half an hour
    "America/Santiago",  # at midnight
    "Africa/Cairo",  # at midnight
    "America/Havana",  # at midnight
    "America/Nuuk",  # from 23:00 to midnight
    "Africa/Casablanca",  # back, then forward, around Ramadan
)
TIMES = (time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(23, 30))
FROM = datetime(2026, 11, 22, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@cache
def changes(zone: str) -> list[datetime]:
    """The naive local days on which the clocks of a place are changed next, twice."""
    place, found, at = ZoneInfo(zone), [], FROM
    while len(found) < 2:
        if at.astimezone(place).utcoffset() != (at + DAY / 24).astimezone(place).utcoffset():
            found.append(datetime.combine(at.astimezone(place).date(), time()))
        at += DAY / 24
    return found


def slowly(wall: datetime, zone: str) -> datetime:
    """The first minute at which a clock on the wall there shows this or has gone past it: every minute of two days is looked at."""
    place, at = ZoneInfo(zone), wall.replace(tzinfo=UTC) - timedelta(hours=27)
    while at.astimezone(place).replace(tzinfo=None) < wall:
        at += MINUTE
    return at
