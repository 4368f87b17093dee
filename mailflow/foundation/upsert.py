"""INSERT that leaves rows alone which are there already, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

_AT_ONCE = 500
"""Rows a statement: SQLite takes at most 32,766 values in one."""


def insert_new(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> int:
    """Insert those rows that break no uniqueness; how many went in."""
    target: Table = getattr(table, "__table__", table)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    inserted = 0
    for start in range(0, len(rows), _AT_ONCE):
        statement = dialect.insert(target).values(list(rows[start : start + _AT_ONCE])).on_conflict_do_nothing()
        result = session.execute(statement)
        inserted += result.rowcount if isinstance(result, CursorResult) else 0
    return inserted
