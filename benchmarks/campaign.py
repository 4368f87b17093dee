"""A campaign to 10,000 people through the whole product: ledger, gate, personal mail, SMTP, records; beside smtp-source."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop
from sqlalchemy import func, select

from benchmarks.crowd import launched
from benchmarks.postfix import SmtpSink, smtp_sink, smtp_source_rate
from benchmarks.registry import Figure, bench, interleaved
from benchmarks.yardsticks import disk
from mailflow.foundation.database import Database
from mailflow.foundation.garbage import spare_what_stays
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.scheduler.sender import Sender

_PEOPLE = 10_000
_ROUNDS = 3


@bench("send.sqlite")
def over_ten() -> Figure:
    """Ten connections, one sender, SQLite."""
    return _measure("send.sqlite", 10)


@bench("send.sqlite50")
def over_fifty() -> Figure:
    """Fifty connections, one sender, SQLite."""
    return _measure("send.sqlite50", 50)


def _measure(key: str, connections: int) -> Figure:
    with tempfile.TemporaryDirectory(dir=disk()) as folder, smtp_sink(Path(folder)) as sink:
        campaigns = _Campaigns(Path(folder), sink, connections)
        size = campaigns.size()
        ours, theirs = interleaved(_ROUNDS, campaigns.rate, source(sink.port, size, connections, _PEOPLE))
    return Figure(key, ours, "msg/s", "smtp-source", theirs)


def source(port: int, size: int, connections: int, messages: int) -> Callable[[], float]:
    """What measures smtp-source at the same work."""
    return lambda: smtp_source_rate(port, messages=messages, size=size, connections=connections)


class _Campaigns:
    """Installations with a campaign that is due, a fresh one for each round so that none is slowed by the last one's rows."""

    def __init__(self, folder: Path, sink: SmtpSink, connections: int) -> None:
        self._folder, self._sink, self._rounds = folder, sink, 0
        self._url = f"smtp://127.0.0.1:{sink.port}?tls=none&connections={connections}"

    def size(self) -> int:
        """Bytes of the campaign's mail to one person, as the sandbox keeps it."""
        settings = self._launched("size", "sandbox:", 1)
        uvloop.run(send(settings))
        return next((settings.home / "inbox").glob("*.eml")).stat().st_size

    def rate(self) -> float:
        """Messages a second from the first claim to the last record, all of them taken and recorded."""
        self._rounds += 1
        settings = self._launched(f"round{self._rounds}", self._url, _PEOPLE)
        before, began = self._sink.taken(), time.perf_counter()
        uvloop.run(send(settings))
        spent = time.perf_counter() - began
        time.sleep(0.1)
        _insist(settings, self._sink.taken() - before)
        return _PEOPLE / spent

    def _launched(self, name: str, mail_url: str, people: int) -> Settings:
        settings = Settings(home=self._folder / name, mail_url=mail_url, base_url="https://cartas.example.com")
        launched(settings, people)
        return settings


async def send(settings: Settings) -> None:
    """All that is due, by one sender; recorded when this returns."""
    database = Database(settings.database_url)
    sender = Sender(database, settings, open_ring(database, settings))
    spare_what_stays()
    await sender.send_until_empty()
    await sender.close()
    database.close()


def _insist(settings: Settings, taken: int) -> None:
    """A rate counts only if the ledger and the sink agree that everybody got it once."""
    database = Database(settings.database_url)
    with database.read() as session:
        counted = session.execute(select(Message.state, func.count()).group_by(Message.state))
        states = {str(row[0]): int(row[1]) for row in counted}
    database.close()
    if states != {"sent": _PEOPLE} or taken != _PEOPLE:
        raise SystemExit(f"The sink took {taken} messages of {_PEOPLE}, the ledger says {states}.")
