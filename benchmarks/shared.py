"""A campaign by two computers on one PostgreSQL, which writes to its disk as a shop's does; beside smtp-source."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import ColumnElement, func, select, update

from benchmarks.campaign import source
from benchmarks.crowd import launched
from benchmarks.postfix import SmtpSink, smtp_sink
from benchmarks.registry import Figure, bench, interleaved
from benchmarks.yardsticks import disk
from mailflow.delivery.models import Worker
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import MailingState, State
from tests.postgres import Postgres, postgres

_PEOPLE = 10_000
_ROUNDS = 3
_CONNECTIONS = 10
"""Of each sender."""
_SIZE = 38_112
"""Bytes of the mail that send.sqlite sends."""


@bench("send.postgres")
def two_senders() -> Figure:
    """Two senders with ten connections each, each with a data folder of its own."""
    with tempfile.TemporaryDirectory(dir=disk()) as folder, smtp_sink(Path(folder)) as sink, postgres(durable=True) as server:
        shop = _Shop(Path(folder), sink, server)
        theirs = source(sink.port, _SIZE, _CONNECTIONS * 2, _PEOPLE)
        ours, others = interleaved(_ROUNDS, shop.rate, theirs)
    return Figure("send.postgres", ours, "msg/s", "smtp-source", others)


class _Shop:
    def __init__(self, folder: Path, sink: SmtpSink, server: Postgres) -> None:
        self._folder, self._sink, self._server, self._rounds = folder, sink, server, 0
        self._url = f"smtp://127.0.0.1:{sink.port}?tls=none&connections={_CONNECTIONS}"

    def rate(self) -> float:
        """Messages a second, from the moment that a campaign may go until the ledger says that everybody got it."""
        self._rounds += 1
        with self._server.fresh(empty=True) as url:
            home = self._folder / f"round{self._rounds}"
            settings = Settings(home=home, database_url=url, secret_key="shared", mail_url=self._url, base_url="https://cartas.example.com")
            launched(settings, _PEOPLE)
            database = Database(url)
            try:
                return self._sent(settings, database)
            finally:
                database.close()

    def _sent(self, settings: Settings, database: Database) -> float:
        _let(database, MailingState.PAUSED)
        before = self._sink.taken()
        with _sender(settings), _sender(replace(settings, home=settings.home.with_name(f"{settings.home.name}-elsewhere"))):
            _until(lambda: _count(database, Worker.seen_at.is_not(None)) == 2)
            _let(database, MailingState.OPEN)
            began = time.perf_counter()
            _until(lambda: self._sink.taken() - before >= _PEOPLE)
            _until(lambda: _count(database, Message.state == State.SENT) == _PEOPLE)
            return _PEOPLE / (time.perf_counter() - began)


def _let(database: Database, state: MailingState) -> None:
    with database.begin() as session:
        session.execute(update(Mailing).values(state=state))


def _count(database: Database, which: ColumnElement[bool]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(which)) or 0


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not holds():
        if time.monotonic() > until:
            raise SystemExit("The campaign did not end within two minutes.")
        time.sleep(0.02)


@contextmanager
def _sender(settings: Settings) -> Iterator[None]:
    told = {
        "MAILFLOW_HOME": str(settings.home),
        "MAILFLOW_DATABASE_URL": settings.database_url,
        "MAILFLOW_SECRET_KEY": settings.secret_key,
        "MAILFLOW_MAIL_URL": settings.mail_url,
        "MAILFLOW_BASE_URL": settings.base_url,
    }
    process = subprocess.Popen([sys.executable, "-m", "mailflow", "worker"], env={**os.environ, **told})
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
