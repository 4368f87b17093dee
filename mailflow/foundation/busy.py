"""Telling a database that has no turn to give now from one that will never be able to answer."""

from sqlalchemy.exc import OperationalError

_SQLITE = (5, 6)
"""SQLITE_BUSY and SQLITE_LOCKED (sqlite.org/rescode.html)."""
_SQLSTATE_CLASSES = ("08",)
"""Connection failures (PostgreSQL, appendix A)."""
_SQLSTATES = ("25P03", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03")
"""Too long idle in a transaction, a race lost, a deadlock, too many connections, no lock to be had, a server that stops or starts."""


def is_busy(error: OperationalError) -> bool:
    """Whether trying again in a moment may help; a missing table or a full disk is no matter of patience."""
    cause = error.orig
    code, state = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    if code is not None:
        return code & 0xFF in _SQLITE
    if state is not None:
        return state in _SQLSTATES or state[:2] in _SQLSTATE_CLASSES
    if hasattr(cause, "sqlstate"):  # psycopg's, and no word of the server's: there was no answer at all
        return True
    return error.connection_invalidated or "database is locked" in str(cause)
