"""A sender's clock, watched: where it was set back, what waits for an hour of the old time is brought forward, slice by slice."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mailflow.delivery import setback
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.watched import Watched
from mailflow.scheduler.standing import NO_ANSWER

_GLANCE = 0.25
_BETWEEN = 0.03
"""Seconds between two slices, for whoever else writes."""
_log = logging.getLogger(__name__)

Turns = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Has something done in the thread that writes."""


class Forward:
    """What a sender knows of the clock on the wall; it begins with a look at what lies ahead, since nobody watched before."""

    def __init__(self, database: Database) -> None:
        """Nothing is asked of the database yet."""
        self._database, self._wall, self._wanted = database, Watched(), True

    def now(self) -> datetime:
        """What the clock shows; to be asked at least every few seconds."""
        shown = utc_now()
        if (off := self._wall.look(shown)) < timedelta():
            _log.warning("the clock was set back by %.0f s", -off.total_seconds())
            self._wanted = True
        return shown

    async def keep_up(self, in_turns: Turns) -> None:
        """Until cancelled. A database that does not answer is asked again."""
        while True:
            if self._wanted:
                self._wanted = False
                try:
                    await self._bring(in_turns)
                except NO_ANSWER:
                    self._wanted = True
            await asyncio.sleep(_GLANCE)

    async def _bring(self, in_turns: Turns) -> None:
        for lane, mailing_id in await in_turns(self._ahead):
            while await in_turns(partial(self._slice, lane, mailing_id)) == setback.SLICE:
                await asyncio.sleep(_BETWEEN)

    def _ahead(self) -> list[tuple[int, int]]:
        with self._database.read() as session:
            return setback.ahead(session, now=utc_now())

    def _slice(self, lane: int, mailing_id: int) -> int:
        with self._database.begin() as session:
            return setback.bring_forward(session, lane, mailing_id, now=utc_now())
