"""Several schedulers may run and one leads: a file's lock on one computer, a renewed row where a database is shared by many."""

import fcntl
import time
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from mailflow.foundation.database import Database
from mailflow.foundation.lead import give_up_lead, take_lead
from mailflow.foundation.settings import Settings
from mailflow.scheduler.naming import own_name

_RENEW_AFTER = 1.0
"""Seconds a lead is trusted before it is renewed."""


class Leadership(Protocol):
    """Whether this process leads."""

    def leads(self) -> bool:
        """Take the lead if it is free; whether we have it now."""

    def close(self) -> None:
        """Let another lead."""


def leadership(database: Database, settings: Settings) -> Leadership:
    """What tells who leads, for this kind of database."""
    return FileLead(settings.home) if database.url.startswith("sqlite") else DatabaseLead(database)


class FileLead:
    """One leads per data folder: a lock that ends with its process, however that ends."""

    def __init__(self, home: Path) -> None:
        """The lock file lies in ``home``."""
        home.mkdir(parents=True, exist_ok=True)
        self._file = (home / "scheduler.lock").open("a")

    def leads(self) -> bool:
        """Once it leads it leads until it ends."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # never the blocking kind: it sleeps through SIGTERM
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go of the lock."""
        self._file.close()


class DatabaseLead:
    """One leads per database. Who is killed, stopped or cut off does not renew, and another leads eight seconds later.

    One that was stopped and goes on again may do a job beside the new leader, until it looks: each job may be done twice at once.
    """

    def __init__(self, database: Database) -> None:
        """``database`` is on PostgreSQL."""
        self._database, self._since = database, float("-inf")
        self._name = own_name()

    def leads(self) -> bool:
        """Renews it each second; without the database nobody leads."""
        now = time.monotonic()
        if now - self._since < _RENEW_AFTER:
            return True
        self._since = float("-inf")
        try:
            with self._database.begin() as session:
                taken = take_lead(session, "scheduler", self._name)
        except DBAPIError:
            return False
        if taken:
            self._since = now
        return taken

    def close(self) -> None:
        """Let another lead at once, where the database can be told."""
        try:
            with self._database.begin() as session:
                give_up_lead(session, "scheduler", self._name)
        except DBAPIError:
            return
