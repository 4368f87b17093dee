"""A clock that somebody may set, watched by one that nobody can: when it was set is known, and it runs evenly between two looks."""

import time
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Instant

_SET = timedelta(seconds=1)
"""A clock that is off by more than this was set; what runs fast or slow, or is drawn near by the network's time, is off by less."""


def shared_now(session: Session) -> datetime:
    """What the clock shows that all who work on this database have in common: PostgreSQL's own; on SQLite the computer's."""
    if session.get_bind().dialect.name == "sqlite":
        return utc_now()
    return session.execute(select(func.clock_timestamp(type_=Instant()))).scalar_one()


class Watched:
    """A clock as it was last looked at. To be looked at every few seconds."""

    def __init__(self) -> None:
        """Not looked at yet; what it shows until then is a guess by this computer's clock."""
        self._at_zero: datetime | None = None
        """What it would have shown when our own stood at zero."""
        self._even_since = time.monotonic()

    def look(self, shown: datetime) -> timedelta:
        """Take note of what it shows now; by how much it was set since the last look, nothing if it ran evenly."""
        ours = time.monotonic()
        at_zero = shown - timedelta(seconds=ours)
        off = at_zero - self._at_zero if self._at_zero is not None else timedelta()
        if abs(off) <= _SET and self._at_zero is not None:
            off = timedelta()
        else:
            self._even_since = ours
        self._at_zero = at_zero
        return off

    def now(self) -> datetime:
        """What it shows now, if nobody has set it since the last look."""
        if self._at_zero is None:
            return utc_now()
        return self._at_zero + timedelta(seconds=time.monotonic())

    @property
    def even_for(self) -> timedelta:
        """For how long it has been known to run evenly."""
        return timedelta(seconds=time.monotonic() - self._even_since)
