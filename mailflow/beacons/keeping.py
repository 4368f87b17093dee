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


class Keeper:
    """Keeps hits in a thread of its own; durable before anybody is told."""

    def __init__(self, database: Database) -> None:
        """``database`` should have little patience: readers wait for it."""
        self._database = database
        self._waiting: list[tuple[Arrival, Callable[[Way], None]]] = []
        self._some = Condition()
        self._thread: Thread | None = None

    def keep(self, arrival: Arrival, tell: Callable[[Way], None]) -> bool:
        """Have one kept, and ``tell`` called in the keeper's thread, which it must not hold up; False: too many wait, it is lost."""
        with self._some:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append((arrival, tell))
            if self._thread is None:
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
            return [Way(fault=True)] * len(arrivals)

    def _run(self) -> None:
        due = 0.0
        while True:
            with self._some:
                self._some.wait_for(lambda: self._waiting)
            time.sleep(max(0.0, due - time.monotonic()))
            due = time.monotonic() + _LULL
            with self._some:
                group, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
            for (_, tell), way in zip(group, self._written([arrival for arrival, _ in group]), strict=True):
                _tell(tell, way)

    def _written(self, arrivals: Sequence[Arrival]) -> list[Way]:
        """One transaction for all; a hit that cannot be written costs no other."""
        try:
            with self._database.read() as session:
                book, ways = judge(session, arrivals)
            with self._database.begin() as session:
                keep(session, book)
            return [Way(url) for url in ways]
        except OperationalError as fault:  # nobody can write now, but readers get where they wanted
            _log.warning("%d hits were not kept: %s", len(arrivals), type(fault).__name__)
        except Exception:
            if len(arrivals) > 1:
                return [way for arrival in arrivals for way in self._written([arrival])]
            _log.exception("a hit was not kept")
        return self.looked_up(arrivals)


def _tell(tell: Callable[[Way], None], way: Way) -> None:
    try:
        tell(way)
    except Exception:  # one reader's answer must not cost the others theirs
        _log.exception("the reader of a hit could not be told")
