"""The one place that asks the computer what time it is; everything else is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def resolve_wall_time(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall time in an IANA zone.

    In an overlap the first occurrence; in a gap the first valid instant after it (PEP 495 fold=0
    would land an hour past the gap's length, so the gap is closed by hand).
    """
    place = ZoneInfo(zone)
    instant = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall, place)


def _end_of_gap(wall: datetime, place: ZoneInfo) -> datetime:
    """The instant at which local clocks jumped over ``wall``."""
    before = wall.replace(tzinfo=place, fold=0).utcoffset() or timedelta()
    after = wall.replace(tzinfo=place, fold=1).utcoffset() or timedelta()
    # RFC 5545 and PEP 495: in a gap fold=0 carries the offset before the jump, fold=1 the one after.
    low, high = sorted(((wall - before).replace(tzinfo=UTC), (wall - after).replace(tzinfo=UTC)))
    old = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(place).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
