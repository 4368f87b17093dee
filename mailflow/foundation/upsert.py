"""INSERT that leaves rows alone which are there already, the same on SQLite and PostgreSQL."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, String, Table, bindparam, cast, func, insert, literal_column, select, text
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


def insert_many(session: Session, table: Any, names: Sequence[str], rows: Sequence[Sequence[Any]], **same: Any) -> None:
    """Insert those rows that break no uniqueness: ``names`` are the columns in which they differ, ``same`` is in all of them.

    They travel as one JSON text, which costs a fifth of telling the driver of each: values must be JSON's, days in ISO 8601.
    """
    if rows:
        statement = _many(getattr(table, "__table__", table), tuple(names), tuple(same), _dialect(session))
        session.connection().execute(statement, {"many": json.dumps(rows), **same})


def insert_returning(
    session: Session, table: Any, names: Sequence[str], rows: Sequence[Sequence[Any]], back: Sequence[str], **same: Any
) -> list[Any]:
    """As :func:`insert_many`; of each row that went in the columns ``back``."""
    if not rows:
        return []
    target: Table = getattr(table, "__table__", table)
    statement = _many(target, tuple(names), tuple(same), _dialect(session)).returning(*(target.c[name] for name in back))
    return list(session.connection().execute(statement, {"many": json.dumps(rows), **same}))


@lru_cache(maxsize=64)
def _many(target: Table, names: tuple[str, ...], same: tuple[str, ...], dialect: str) -> Any:
    given = [_from_json(target.c[name], place, dialect) for place, name in enumerate(names)]
    source = func.json_each if dialect == "sqlite" else func.json_array_elements
    one = source(cast(bindparam("many"), String) if dialect == "sqlite" else text("CAST(:many AS json)").bindparams(bindparam("many")))
    chosen = select(*given, *(bindparam(name, type_=target.c[name].type).label(f"its_{name}") for name in same))
    # WHERE: without it SQLite takes ON CONFLICT for a join's ON (sqlite.org/lang_upsert.html).
    rows = chosen.select_from(one.alias("each")).where(text("true"))
    return _own(dialect)(target).from_select([*names, *same], rows).on_conflict_do_nothing()


def _from_json(column: Column[Any], place: int, dialect: str) -> Any:
    if dialect == "sqlite":
        return literal_column(f"each.value ->> {place}").label(column.name)
    return cast(literal_column(f"each.value ->> {place}"), column.type).label(column.name)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def insert_all(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert plain rows, all with the same columns; whatever breaks a uniqueness is raised."""
    if rows:
        target: Table = getattr(table, "__table__", table)
        session.connection().execute(insert(target), list(rows))


def own_insert(session: Session) -> Any:
    """The session's database's own INSERT, which knows what to do on conflict."""
    return _own(_dialect(session))


def _own(dialect: str) -> Any:
    if dialect == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # 4 MiB, which no sender on SQLite should carry

    return postgresql.insert
