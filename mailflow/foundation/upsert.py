"""INSERT that leaves rows alone which are there already, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session


def insert_new(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> int:
    """Insert those rows that break no uniqueness; how many went in.

    One prepared statement run for all rows: a single INSERT with many VALUES costs SQLAlchemy forty times as much to write.
    """
    if not rows:
        return 0
    target: Table = getattr(table, "__table__", table)
    counted = own_insert(session)(target).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return session.connection().execute(counted, list(rows)).rowcount


def insert_all(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert plain rows, all with the same columns; whatever breaks a uniqueness is raised."""
    if rows:
        target: Table = getattr(table, "__table__", table)
        session.connection().execute(insert(target), list(rows))


def own_insert(session: Session) -> Any:
    """The session's database's own INSERT, which knows what to do on conflict."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # 4 MiB, which no sender on SQLite should carry

    return postgresql.insert
