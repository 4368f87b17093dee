"""Moving an installation to a PostgreSQL database that is empty: everything, compared row by row; the old one never sends again."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import zip_longest

from sqlalchemy import Connection, String, Table, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mailflow.cli.backup.rows import copy_rows, count_rows, go_on_numbering
from mailflow.cli.migrate import upgrade
from mailflow.cli.move import words
from mailflow.cli.move.words import MoveError
from mailflow.foundation.database import Database
from mailflow.foundation.fence.keeper import known
from mailflow.foundation.fence.models import Instance
from mailflow.foundation.settings import Settings
from mailflow.foundation.shape import MOVED, known_shapes, shape_of
from mailflow.outbox.models import Message
from mailflow.outbox.words import IN_HAND
from mailflow.schema import metadata

_AT_ONCE = 1000
_PATIENCE = 5.0
"""Seconds to wait for SQLite's one writer: who writes all the time has not stopped."""
_SEAL = text("UPDATE alembic_version SET version_num = :shape")


def move(settings: Settings, url: str, *, told: Callable[[str, int], None]) -> dict[str, int]:
    """Copy everything to the database at ``url`` and seal the old one; how many rows of each table.

    Nobody has the old one open meanwhile. ``told`` hears of each table when it was compared. MoveError: nothing was changed, but
    that the new database may have tables by now, without rows.
    """
    if not settings.database_url.startswith("sqlite") or not url.startswith("postgres"):
        raise MoveError(words.ONLY_UPWARDS)
    source, target = Database(settings.database_url), Database(url)
    try:
        shape = shape_of(source) or ""
        if shape != known_shapes()[-1]:
            raise MoveError(words.MOVED_ALREADY if shape.startswith(MOVED) else words.OTHER_SHAPE)
        source.close()
        _refuse_company(source)
        _prepare(target)
        with source.begin(patience=_PATIENCE) as old:
            _refuse_what_is_open(old)
            with target.begin() as new:
                copied = copy_rows(old.connection(), new.connection())
                go_on_numbering(new.connection())
                _compare(old.connection(), new.connection(), copied, told)
                new.execute(update(Instance).values(place=""))  # it finds its own
            old.execute(_SEAL, {"shape": MOVED + known_shapes()[-1][:4]})
    except DBAPIError as error:
        raise MoveError(words.NO_ANSWER, why=str(error.orig).strip().splitlines()[0]) from error
    finally:
        source.close()
        target.close()
    return copied


def stay(settings: Settings) -> bool:
    """Take the seal off a database whose data were moved; False where there is none."""
    database = Database(settings.database_url)
    try:
        sealed = shape_of(database)
        before = [shape for shape in known_shapes() if f"{MOVED}{shape[:4]}" == sealed]
        if before:
            with database.begin() as session:
                session.execute(_SEAL, {"shape": before[0]})
        return bool(before)
    finally:
        database.close()


def differences(old: Connection, new: Connection, table: Table) -> int:
    """How many rows are not the same in both, by the order of their keys."""
    return sum(one != other for one, other in zip_longest(_rows(old, table), _rows(new, table)))


def _refuse_company(source: Database) -> None:
    """SQLite changes its journal only for who has the database alone: no page, sender or clock is at work on it."""
    with closing(sqlite3.connect(str(source.engine.url.database), timeout=_PATIENCE)) as alone:
        try:
            alone.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise MoveError(words.RUNS) from None


def _prepare(target: Database) -> None:
    with target.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
    if there - set(metadata.tables) - {"alembic_version"}:
        raise MoveError(words.NOT_EMPTY)
    upgrade(target.url)
    with target.engine.connect() as connection:
        if any(count_rows(connection).values()):
            raise MoveError(words.NOT_EMPTY)


def _refuse_what_is_open(session: Session) -> None:
    """A sender that stopped in good order left nothing in hand; what a killed one left is settled by the next that starts."""
    found = known(session)
    if found and found.held:
        raise MoveError(words.HELD)
    in_hand = session.scalar(select(func.count()).select_from(Message).where(Message.state.in_(IN_HAND)))
    if in_hand:
        raise MoveError(words.IN_DOUBT, count=in_hand)


def _compare(old: Connection, new: Connection, copied: Mapping[str, int], told: Callable[[str, int], None]) -> None:
    for name, count in copied.items():
        if wrong := differences(old, new, metadata.tables[name]):
            raise MoveError(words.DIFFERS, count=wrong, table=name)
        told(name, count)


def _rows(connection: Connection, table: Table) -> Iterator[tuple[object, ...]]:
    letters = "C" if connection.dialect.name == "postgresql" else "BINARY"
    keys = [key.collate(letters) if isinstance(key.type, String) else key for key in table.primary_key.columns]
    streamed = connection.execute(select(table).order_by(*keys), execution_options={"yield_per": _AT_ONCE})
    return (tuple(map(_without_nul, row)) for row in streamed)


def _without_nul(value: object) -> object:
    """PostgreSQL keeps no NUL: what stands for it there stands for it here."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
