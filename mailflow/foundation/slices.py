"""Large work in short transactions, so that pages and the sender have their turn in between."""

import logging
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mailflow.foundation.database import Database

LONGEST_SECONDS = 20.0
"""Whoever waits for an answer gets it after this, with how many are left."""
Step = Callable[[Session, int, bool], tuple[str, int, int]]
"""Told how many are expected and whether it goes on, it says its reason, how many it moved and how many are left."""
Thought = TypeVar("Thought")
_log = logging.getLogger(__name__)


def slice_by_slice(database: Database, step: Step, expected: int) -> tuple[str, int, int]:
    """Call ``step`` in one transaction after another until its reason is not "done", nothing is left, or time is up: the reason,
    how many were moved in all, and how many are left. A database that fails between ends it likewise: what was moved is moved."""
    until, moved = monotonic() + LONGEST_SECONDS, 0
    while True:
        try:
            with database.begin() as session:
                reason, count, left = step(session, expected, moved > 0)
        except OperationalError:
            if not moved:
                raise
            _log.warning("the database failed after %d were moved", moved, exc_info=True)
            return "done", moved, expected
        moved, expected = moved + count, left
        if reason != "done" or not expected or monotonic() > until:
            return ("done" if moved else reason), moved, expected


def each_alone(database: Database, things: Iterable[Thought], keep: Callable[[Session, Thought], object]) -> None:
    """Do this for each of them, in a transaction of its own."""
    for thing in things:
        with database.begin() as session:
            keep(session, thing)


def think_then_write(database: Database, think: Callable[[Session], Thought | None], write: Callable[[Session, Thought], bool]) -> bool:
    """What takes its time first, with nothing held, and then what it came to in one short transaction; whether there is more.

    Nothing is written, and there is no more, where the thought is None. Meanwhile others may have written: ``write`` looks again.
    """
    with database.read() as session:
        thought = think(session)
    if thought is None:
        return False
    with database.begin() as session:
        return write(session, thought)
