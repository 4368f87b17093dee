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

from sqlalchemy import select, update

from benchmarks.crowd import gather, schedule_campaign
from benchmarks.postfix import SmtpSink, smtp_sink
from benchmarks.registry import Figure, bench
from benchmarks.resident import forget_peak, peak, resident
from benchmarks.yardsticks import disk
from mailflow.campaigns.models import Campaign
from mailflow.cli.migrate import upgrade
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from tests.postgres import postgres

_PEOPLE = 1_000_000
_AHEAD = 6.0
"""Seconds from the start of the processes to the campaign's hour: they are at rest by then."""
_SENDING_SECONDS = 10.0
"""From its hour to the stall: all that a sender needs for sending is in memory by then."""
_STALL_SECONDS = 60.0
_AFTERWARDS_SECONDS = 5.0
_FLAT = 5.0
"""MiB by which a sender may grow while its server stalls."""
_AS_INSTALLED = {"PYTHONPYCACHEPREFIX": str(Path("build/bytecode").resolve()), "PYTHONDONTWRITEBYTECODE": ""}


@bench("launch.first")
def first() -> Figure:
    """Seconds from the due time to the first message taken."""
    return Figure("launch.first", _until_the_first(), "s", "goal", 1.0)


@bench("launch.first.postgres")
def first_on_postgresql() -> Figure:
    """The same on PostgreSQL."""
    with postgres(durable=True) as server, server.fresh(empty=True) as url:
        return Figure("launch.first.postgres", _until_the_first(url), "s", "goal", 1.0)


def _until_the_first(database_url: str = "") -> float:
    with _shop(database_url) as (settings, sink):
        due = _schedule(settings)
        with _processes(settings):
            while not sink.taken() and time.time() < due + 60:
                time.sleep(0.01)
            return time.time() - due


@bench("send.rss")
def memory() -> Figure:
    """MiB of resident memory of the sender, at most, while it sends, and while its server stalls."""
    with _shop() as (settings, sink):
        due = _schedule(settings)
        with _processes(settings) as sender:
            time.sleep(max(0.0, due + _SENDING_SECONDS - time.time()))
            peaks, before, taken = [peak(sender.pid)], resident(sender.pid), sink.taken()
            forget_peak(sender.pid)
            sink.pause(_STALL_SECONDS)
            peaks.append(peak(sender.pid))
            time.sleep(_AFTERWARDS_SECONDS)
            peaks.append(peak(sender.pid))
            if not 0 < taken < sink.taken() < _PEOPLE:
                raise SystemExit(f"It was not sending before and after: {taken} taken, then {sink.taken()}.")
    if peaks[1] - before > _FLAT:
        raise SystemExit(f"The sender grew by {peaks[1] - before:.1f} MiB while its server stalled.")
    return Figure("send.rss", max(peaks), "MiB", "goal", 64.0)


@contextmanager
def _shop(database_url: str = "") -> Iterator[tuple[Settings, SmtpSink]]:
    with tempfile.TemporaryDirectory(dir=disk()) as folder, smtp_sink(Path(folder)) as sink:
        url = f"smtp://127.0.0.1:{sink.port}?tls=none&connections=10"
        home, public = Path(folder) / "home", "https://cartas.example.com"
        settings = Settings(home=home, database_url=database_url, mail_url=url, base_url=public)
        settings.home.mkdir()
        upgrade(settings.database_url)
        database = Database(settings.database_url)
        open_ring(database, settings)
        gather(database, _PEOPLE, utc_now())
        _load_once()
        database.close()
        yield settings, sink


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
    told = {"MAILFLOW_HOME": str(settings.home), "MAILFLOW_MAIL_URL": settings.mail_url, "MAILFLOW_BASE_URL": settings.base_url}
    environment = {**os.environ, **told, "MAILFLOW_DATABASE_URL": settings.database_url, **_AS_INSTALLED}
    started = [subprocess.Popen([sys.executable, "-m", "mailflow", name], env=environment) for name in ("worker", "scheduler")]
    try:
        yield started[0]
    finally:
        for process in started:
            process.send_signal(signal.SIGKILL)
            process.wait()


def _load_once() -> None:
    """Have bytecode at hand, as an installed mailflow has it: whoever must compile what it loads is larger and later."""
    loaded = "import mailflow.cli.commands, mailflow.cli.worker, mailflow.delivery.transports.smtp, mailflow.scheduler.crew"
    subprocess.run([sys.executable, "-c", loaded], env={**os.environ, **_AS_INSTALLED}, check=True)
