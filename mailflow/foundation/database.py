"""The database: engine, transactions with one owner, and the column types every stage shares."""

import json
import logging
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, Integer, MetaData, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from mailflow.foundation.settings import SettingsError

LONGEST_WRITE_SECONDS = 0.05
"""SQLite has one writer: a longer write transaction makes pages and the sender wait (design: 50 ms)."""

_TRY_EVERY = 0.001
_POSTGRES = re.compile("^postgres(ql)?://")
_KINDS = ("sqlite:", "postgresql+psycopg:")
_WRITE = "write sqlite:///file or postgresql+psycopg://user:password@host/database (@ : / in a password as %40 %3A %2F)"
_log = logging.getLogger(__name__)

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; a naive one is refused, since nobody could tell what it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: D102
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"an instant needs a time zone: {value!r}"
            raise ValueError(message)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every stage's tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger().with_variant(Integer(), "sqlite"),  # whose INTEGER is as wide, and the only one that numbers rows
        datetime: Instant,
        **dict.fromkeys((dict[str, Any], list[Any], dict[str, str], list[str]), JSON),
    }


def columns(model: type[Base]) -> Any:
    """A table's columns by name, for statements that are made once and run without the ORM's care."""
    return model.__table__.c


class Database:
    """One engine; ``begin`` for a transaction that writes, ``read`` for one that only looks."""

    def __init__(self, url: str, *, patience: float = 30.0) -> None:
        """Open the database at a SQLAlchemy ``url``, to wait up to ``patience`` seconds where it is busy; nothing is asked of it yet.

        Plain ``postgres://`` and ``postgresql://`` are understood too. SettingsError: the url is none, or its driver is missing.
        """
        self.url = _POSTGRES.sub("postgresql+psycopg://", url)
        if not self.url.startswith(_KINDS):
            raise SettingsError({"database_url": _WRITE})
        try:
            self.engine = _open_sqlite(url, patience) if url.startswith("sqlite") else _open_server(self.url)
        except (ArgumentError, ValueError):  # such as a port that is no number
            raise SettingsError({"database_url": _WRITE}) from None
        except ModuleNotFoundError:
            sentence = 'PostgreSQL needs its driver: python -m pip install "psycopg[binary]"'
            raise SettingsError({"database_url": sentence}) from None

    @contextmanager
    def begin(self, *, patience: float | None = None) -> Iterator[Session]:
        """A session whose changes are all kept at the end, or none if anything was raised; ``patience`` seconds at most for SQLite's
        one writer, where the work can wait for another time."""
        options = {"writes": True} if patience is None else {"writes": True, "patience": patience}
        with Session(self.engine.execution_options(**options), expire_on_commit=False) as session, session.begin():
            session.connection()  # BEGIN IMMEDIATE now: a read that later writes would fail at once when another wrote between
            started = time.perf_counter()
            yield session
        if (spent := time.perf_counter() - started) > LONGEST_WRITE_SECONDS:
            _log.debug("a write transaction took %.0f ms", spent * 1000)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking; whatever was changed in it is thrown away."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


_PAGES = {True: -32_000, False: -2_000}
"""KiB of pages that a connection to SQLite may keep; the lesser one is SQLite's own."""


def keep_pages(session: Session, *, many: bool) -> None:
    """Let this connection to SQLite hold more of large indexes that are written here and there, and then no more so."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql(f"PRAGMA cache_size={_PAGES[many]}")


_POOL = {"pool_size": 10, "max_overflow": 40, "hide_parameters": True}
"""As many connections as a web process has threads and more; what was bound to a statement is personal and stays out of logs."""


def _from_json(text: str) -> Any:
    """Most of what is kept so is empty, and need not be parsed."""
    return {} if text == "{}" else json.loads(text)


def _open_server(url: str) -> Engine:
    from mailflow.foundation.postgresql import without_nul  # noqa: PLC0415  # its driver is installed where it is used

    engine = create_engine(url, pool_pre_ping=True, json_deserializer=_from_json, connect_args=OVER_THE_NETWORK, **_POOL)
    event.listen(engine, "connect", without_nul)
    return engine


OVER_THE_NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 12_000,  # milliseconds; a cable that was pulled says nothing
    # Who was stopped in the middle of a transaction must not hold what others wait for; who waits so long is told. And what was
    # committed outlives the server's end, whatever it is set to: an intent that was lost is somebody who is written to twice.
    # random_page_cost: as for any disk without a needle; left at 4, some hundred rows are looked for by reading them all.
    "options": "-c idle_in_transaction_session_timeout=15s -c lock_timeout=30s -c synchronous_commit=on -c random_page_cost=1.1",
}


def _open_sqlite(url: str, patience: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": patience}, json_deserializer=_from_json, **_POOL)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # sqlite3 begins too late by itself; BEGIN is ours, below
        # FULL: what was committed outlives a power cut, so that nobody whose intent was stored is written to twice.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={int(patience * 1000)}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("bit_count", 1, int.bit_count, deterministic=True)  # PostgreSQL has one of its own

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writes", False):
            _await_turn(connection, patience, options.get("patience", patience))
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _await_turn(connection: Connection, ordinary: float, patience: float) -> None:
    """BEGIN IMMEDIATE, tried each millisecond: SQLite by itself tries ever more seldom, and misses the gaps between a sender's turns."""
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA busy_timeout=0")
    until = time.monotonic() + patience
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(_TRY_EVERY)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, to fail in SQLAlchemy's words
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(ordinary * 1000)}")
