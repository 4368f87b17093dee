"""Hits are written in groups: whatever came while the last group was written shares one transaction, and is answered once it is kept."""

import logging
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Condition, Thread
from typing import NamedTuple

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from mailflow.foundation.database import Database
from mailflow.tracking.hits import judge, keep, look_up
from mailflow.tracking.words import Arrival

PATIENCE = 2.0
"""Seconds a reader waits for a database that others write to; then she gets her answer and the hit is lost."""
MOST_WAITING = 5_000
"""More than that wait only when the database is away; each is a few hundred bytes."""
_MOST_TOGETHER = 400
"""Keeps a group's transaction well below the 50 ms that SQLite's one writer may take."""
_LULL = 0.03
"""Seconds from the beginning of one group to that of the next: fewer, larger ones leave the database to the sender."""
_log = logging.getLogger(__name__)


class Way(NamedTuple):
    """Where a click leads, if anywhere; or that nobody could look."""

    url: str | None = None
    fault: bool = False


class _Waiting(NamedTuple):
    """A hit, who wants to know of it, and since when."""

    arrival: Arrival
    tell: Callable[[Way], None]
    since: float

    def too_long(self) -> bool:
        return time.monotonic() - self.since >= PATIENCE


class Keeper:
    """Keeps hits in a thread of its own; durable before anybody is told."""

    def __init__(self, database: Database) -> None:
        """``database`` should have no more patience than readers have."""
        self._database = database
        self._waiting: list[_Waiting] = []
        self._shut = False
        self._some = Condition()
        self._thread: Thread | None = None

    def keep(self, arrival: Arrival, tell: Callable[[Way], None]) -> bool:
        """Have one kept, and ``tell`` called in the keeper's thread, which it must not hold up; False: too many wait, it is lost."""
        with self._some:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(_Waiting(arrival, tell, time.monotonic()))
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="hits", daemon=True)
                self._thread.start()
            self._some.notify()
        return True

    def kept(self, arrival: Arrival) -> Way:
        """The same for who has a thread to wait in; where one too many was asked for, it is only looked up."""
        told: SimpleQueue[Way] = SimpleQueue()
        return told.get() if self.keep(arrival, told.put) else self.looked_up([arrival])[0]

    def looked_up(self, arrivals: Sequence[Arrival]) -> list[Way]:
        """Where clicks lead, and nothing is kept."""
        try:
            with self._database.read() as session:
                return [Way(url) for url in look_up(session, arrivals)]
        except SQLAlchemyError as fault:
            _log.warning("where %d hits lead could not be looked up: %s", len(arrivals), type(fault).__name__)
        except Exception:
            if len(arrivals) > 1:
                return [way for each in arrivals for way in self.looked_up([each])]
            _log.exception("where a hit leads could not be looked up")
        return [Way(fault=True)] * len(arrivals)

    def _run(self) -> None:
        due = 0.0
        while True:
            with self._some:
                self._some.wait_for(lambda: self._waiting)
            time.sleep(max(0.0, due - time.monotonic()))
            due = time.monotonic() + _LULL
            group = self._next()
            try:
                ways = self._written(group)
            except Exception:  # nobody would ever be answered again
                _log.exception("%d hits were not kept", len(group))
                ways = [Way(fault=True)] * len(group)
            for each, way in zip(group, ways, strict=True):
                _tell(each.tell, way)

    def _next(self) -> list[_Waiting]:
        """While nobody can write, all who waited too long for it; else a group."""
        with self._some:
            late = sum(each.too_long() for each in self._waiting) if self._shut else 0
            most = late or _MOST_TOGETHER
            group, self._waiting = self._waiting[:most], self._waiting[most:]
        return group

    def _written(self, group: Sequence[_Waiting]) -> list[Way]:
        """One transaction for all; a hit that cannot be written costs no other. Nobody waits for a second try."""
        arrivals = [each.arrival for each in group]
        if self._shut and all(each.too_long() for each in group):
            return self._lost(arrivals, "the database is still away")
        try:
            ways = self._written_at_once(arrivals)
        except OperationalError as fault:  # nobody can write now, but readers get where they wanted
            self._shut = True
            return self._lost(arrivals, type(fault).__name__)
        except Exception:
            if len(group) > 1:
                return [way for each in group for way in self._written([each])]
            _log.exception("a hit was not kept")
            return self.looked_up(arrivals)
        self._shut = False
        return ways

    def _written_at_once(self, arrivals: Sequence[Arrival]) -> list[Way]:
        with self._database.read() as session:
            book, ways = judge(session, arrivals)
        with self._database.begin() as session:
            keep(session, book)
        return [Way(url) for url in ways]

    def _lost(self, arrivals: Sequence[Arrival], why: str) -> list[Way]:
        _log.warning("%d hits were not kept: %s", len(arrivals), why)
        return self.looked_up(arrivals)


def _tell(tell: Callable[[Way], None], way: Way) -> None:
    try:
        tell(way)
    except Exception:  # one reader's answer must not cost the others theirs
        _log.exception("the reader of a hit could not be told")
