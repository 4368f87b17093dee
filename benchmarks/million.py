"""A campaign to 1,000,000 people: how soon after its hour the first message leaves, and how much memory its sender needs."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text, update

from benchmarks.crowd import gather, schedule_campaign
from benchmarks.postfix import SmtpSink, smtp_sink
from benchmarks.registry import Figure, bench
from benchmarks.yardsticks import disk
from mailflow.audience.models import ProfileValue, Subscriber, Subscription
from mailflow.campaigns.models import Campaign
from mailflow.cli.migrate import upgrade
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings

_PEOPLE = 1_000_000
_AHEAD = 6.0
"""Seconds from the start of the processes to the campaign's hour: they are at rest by then."""
_SENDING_SECONDS = 10.0
"""From its hour to the stall: all that a sender needs for sending is in memory by then."""
_STALL_SECONDS = 60.0
_AFTERWARDS_SECONDS = 5.0
_FLAT = 5.0
"""MiB by which a sender may grow while its server stalls."""


@bench("launch.first")
def first() -> Figure:
    """Seconds from the due time to the first message taken."""
    with _shop() as (settings, sink):
        due = _schedule(settings)
        with _processes(settings):
            while not sink.taken() and time.time() < due + 60:
                time.sleep(0.01)
            return Figure("launch.first", time.time() - due, "s", "goal", 1.0)


@bench("send.rss")
def memory() -> Figure:
    """MiB of resident memory of the sender, at most, while it sends, and while its server stalls."""
    with _shop() as (settings, sink):
        due = _schedule(settings)
        with _processes(settings) as sender:
            time.sleep(max(0.0, due + _SENDING_SECONDS - time.time()))
            peaks, before, taken = [_memory(sender.pid, "VmHWM")], _memory(sender.pid, "VmRSS"), sink.taken()
            _forget_peak(sender.pid)
            sink.pause(_STALL_SECONDS)
            peaks.append(_memory(sender.pid, "VmHWM"))
            time.sleep(_AFTERWARDS_SECONDS)
            peaks.append(_memory(sender.pid, "VmHWM"))
            if not 0 < taken < sink.taken() < _PEOPLE:
                raise SystemExit(f"It was not sending before and after: {taken} taken, then {sink.taken()}.")
    if peaks[1] - before > _FLAT:
        raise SystemExit(f"The sender grew by {peaks[1] - before:.1f} MiB while its server stalled.")
    return Figure("send.rss", max(peaks), "MiB", "goal", 64.0)


@contextmanager
def _shop() -> Iterator[tuple[Settings, SmtpSink]]:
    with tempfile.TemporaryDirectory(dir=disk()) as folder, smtp_sink(Path(folder)) as sink:
        url = f"smtp://127.0.0.1:{sink.port}?tls=none&connections=10"
        settings = Settings(home=Path(folder) / "home", mail_url=url, base_url="https://cartas.example.com")
        settings.home.mkdir()
        upgrade(settings.database_url)
        database = Database(settings.database_url)
        open_ring(database, settings)
        gather(database, 1, utc_now())
        _multiply(database)
        database.close()
        yield settings, sink


def _multiply(database: Database) -> None:
    """Everybody is like the first one, but for number and address."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {_PEOPLE}) "
    with database.begin() as session:
        for model, own in ((Subscriber, _HERS), (Subscription, _OWN), (ProfileValue, _OWN)):
            names = [column.name for column in model.__table__.columns]
            kept = [name for name in names if own.get(name, name)]
            values = ", ".join(own.get(name, name) for name in kept)
            table, key = model.__tablename__, "id" if model is Subscriber else "subscriber_id"
            rows = f"SELECT {values} FROM n, {table} WHERE {key} = 1"  # our own words
            session.execute(text(f"INSERT INTO {table} ({', '.join(kept)}) {numbers}{rows}"))  # our own words


_ADDRESS = "'ana' || i || '@example.net'"
_HERS = {"id": "i", "email": _ADDRESS, "email_key": _ADDRESS}
_OWN = {"id": "", "subscriber_id": "i"}


def _schedule(settings: Settings) -> float:
    """When it is due, in seconds since the epoch."""
    database = Database(settings.database_url)
    schedule_campaign(database, "Otoño", utc_now())
    with database.begin() as session:
        due = utc_now() + timedelta(seconds=_AHEAD)
        session.execute(update(Campaign).where(Campaign.id == select(Campaign.id).scalar_subquery()).values(due_at=due))
    database.close()
    return due.timestamp()


@contextmanager
def _processes(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The scheduler and a sender, as ``mailflow run`` starts them; yields the sender."""
    told = {"MAILFLOW_HOME": str(settings.home), "MAILFLOW_MAIL_URL": settings.mail_url, "MAILFLOW_BASE_URL": settings.base_url or ""}
    started = [subprocess.Popen([sys.executable, "-m", "mailflow", name], env={**os.environ, **told}) for name in ("worker", "scheduler")]
    try:
        yield started[0]
    finally:
        for process in started:
            process.send_signal(signal.SIGKILL)
            process.wait()


def _memory(pid: int, what: str) -> float:
    """MiB resident: now (VmRSS), or the most there were (VmHWM)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def _forget_peak(pid: int) -> None:
    """From now on a process's peak is a new one (proc(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
