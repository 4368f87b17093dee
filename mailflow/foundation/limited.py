"""A limit to how long a reader's question may keep the database: what would take longer is stopped, and the reader is told."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

SECONDS = 5.0
"""For all that one page or one request asks under one limit."""
_STEPS = 10_000
"""Of SQLite's machine, between two looks at the clock: some tenths of a millisecond."""
_INTERRUPTED = 9
"""SQLITE_INTERRUPT (sqlite.org/rescode.html)."""
_CANCELLED = "57014"
"""query_canceled (PostgreSQL, appendix A)."""


class TooSlowError(Exception):
    """A question took longer than its limit, and was stopped; the transaction goes on as if it had not been asked."""


class Limit:
    """So many seconds for all that is asked under it; without a number, as many as readers wait for."""

    def __init__(self, seconds: float | None = None) -> None:
        """The clock starts now."""
        self._until = time.monotonic() + (SECONDS if seconds is None else seconds)

    def at_most(self, seconds: float) -> "Limit":
        """A limit of so many seconds from now, and never beyond this one."""
        return Limit(min(self._until - time.monotonic(), seconds))

    @contextmanager
    def on(self, session: Session) -> Iterator[None]:
        """Let every statement within end in time, or raise TooSlowError. For statements that only read."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TooSlowError
        if math.isinf(left):
            yield
            return
        connection = session.connection()
        limited = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
        try:
            with limited(connection, left):
                yield
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", None) == _INTERRUPTED or getattr(error.orig, "sqlstate", None) == _CANCELLED:
                raise TooSlowError from error
            raise


UNLIMITED = Limit(math.inf)


@contextmanager
def _on_sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    until = time.monotonic() + seconds
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _on_postgresql(connection: Connection, seconds: float) -> Iterator[None]:
    """Within a savepoint: a statement that was stopped would spoil the whole transaction, and the limit goes with it."""
    with connection.begin_nested():
        connection.execute(text(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"))
        yield
        connection.execute(text("SET LOCAL statement_timeout TO DEFAULT"))
