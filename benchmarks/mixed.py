"""A campaign while the last one's readers open, click and leave: 2,000 hits and 20 one-clicks a second, by HTTP to the web process."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import uvloop
from sqlalchemy import func, select, update

from benchmarks.campaign import send
from benchmarks.crowd import launched, schedule_campaign
from benchmarks.postfix import SmtpSink, free_port, smtp_sink
from benchmarks.readers import HITS, HITS_A_SECOND, LEAVINGS
from benchmarks.registry import Figure, bench, interleaved
from benchmarks.yardsticks import disk
from mailflow.audience.models import Subscription
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose
from mailflow.outbox.models import Link, Message
from mailflow.scheduler.jobs import freeze_begun, launch_due
from mailflow.tracking.models import Hit

_PEOPLE = 30_000
_READERS = 5_000
"""Messages of the campaign before that are opened and clicked."""
_LEAVERS = 2_000
"""More than can leave while the campaign lasts."""
_ROUNDS = 3
_OPENS_A_CLICK = 4


@bench("mixed.sqlite")
def speed() -> Figure:
    """Messages a second, beside the same campaign alone."""
    mixed, alone, _ = _measured()
    return Figure("mixed.sqlite", mixed, "msg/s", "send alone", alone)


@bench("mixed.oneclick.p99")
def one_click() -> Figure:
    """How long all but one in a hundred who leave wait for their answer, from the moment it was meant to be asked for."""
    return Figure("mixed.oneclick.p99", _measured()[2] * 1000, "ms", "goal", 250.0)


@cache
def _measured() -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory(dir=disk()) as folder, smtp_sink(Path(folder)) as sink:
        shop = _Shop(Path(folder), sink)
        mixed, alone = interleaved(_ROUNDS, shop.mixed, shop.alone)
        return mixed, alone, max(told["leavings"]["p99"] for told in shop.told)


class _Shop:
    """Installations where one campaign was sent and the next is due, a fresh one for each round."""

    def __init__(self, folder: Path, sink: SmtpSink) -> None:
        self._folder, self._sink, self._rounds = folder, sink, 0
        self.told: list[Any] = []

    def alone(self) -> float:
        """Messages a second when nobody asks for anything."""
        settings = self._installation()
        return _PEOPLE / _sent(settings)

    def mixed(self) -> float:
        """Messages a second while readers come; every hit that was answered is kept, and who left in time got nothing."""
        settings = self._installation()
        _write_paths(settings)
        with _web(settings), _readers(settings) as readers:
            spent = _sent(settings)
            told = json.loads(_answer(readers, "stop"))
        self.told.append(told)
        _insist(settings, told)
        return _PEOPLE / spent

    def _installation(self) -> Settings:
        self._rounds += 1
        url = f"smtp://127.0.0.1:{self._sink.port}?tls=none&connections=10"
        home = self._folder / f"round{self._rounds}"
        settings = Settings(home=home, mail_url=url, base_url="https://cartas.example.com", port=free_port())
        launched(settings, _PEOPLE)
        uvloop.run(send(settings))
        database = Database(settings.database_url)
        with database.begin() as session:
            session.execute(update(Message).values(sent_at=utc_now() - timedelta(hours=2)))
        schedule_campaign(database, "Invierno", utc_now())
        launch_due(database, settings)
        while freeze_begun(database, settings):
            pass
        database.close()
        return settings


def _sent(settings: Settings) -> float:
    began = time.perf_counter()
    uvloop.run(send(settings))
    return time.perf_counter() - began


def _write_paths(settings: Settings) -> None:
    """What readers ask for: pixels and links of the first campaign, and leave addresses of some."""
    database = Database(settings.database_url)
    mint = open_ring(database, settings).mint
    with database.read() as session:
        mails = list(session.scalars(select(Message.id).order_by(Message.id).limit(_READERS)))
        links = list(session.scalars(select(Link.number).where(Link.mailing_id == 1)))
        places = list(session.scalars(select(Subscription.id)))
    database.close()
    chance = random.Random(17)
    hits = [f"/o/{mint.make(Purpose.OPEN, mail)}.gif" for mail in mails for _ in range(_OPENS_A_CLICK)]
    hits += [f"/c/{mint.make(Purpose.CLICK, mail, chance.choice(links))}" for mail in mails]
    chance.shuffle(hits)
    (settings.home / HITS).write_text("\n".join(hits), "ascii")
    leavers = (f"/unsubscribe/{mint.make(Purpose.LEAVE, place)}" for place in chance.sample(places, _LEAVERS))
    (settings.home / LEAVINGS).write_text("\n".join(leavers), "ascii")


@contextmanager
def _web(settings: Settings) -> Iterator[None]:
    """The web process as ``mailflow run`` starts it."""
    told = {"MAILFLOW_HOME": str(settings.home), "MAILFLOW_BASE_URL": settings.base_url, "MAILFLOW_PORT": str(settings.port)}
    with subprocess.Popen([sys.executable, "-m", "mailflow", "web"], env={**os.environ, **told}) as process:
        try:
            _wait_for(f"http://127.0.0.1:{settings.port}/readyz")
            yield
        finally:
            process.terminate()


@contextmanager
def _readers(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """The crowd of readers; it has begun when the block does."""
    command = [sys.executable, "-m", "benchmarks.readers", str(settings.port), str(settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            _tell(process, "go")
            yield process
        finally:
            process.terminate()


def _tell(readers: subprocess.Popen[str], word: str) -> None:
    assert readers.stdin
    readers.stdin.write(f"{word}\n")
    readers.stdin.flush()


def _answer(readers: subprocess.Popen[str], word: str) -> str:
    _tell(readers, word)
    assert readers.stdout
    return readers.stdout.readline()


def _wait_for(url: str) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise SystemExit("The web process did not start.")


def _insist(settings: Settings, told: Any) -> None:
    """The figures count only if the rate was kept, everything was answered well, and everything answered was kept."""
    hits, leavings = told["hits"], told["leavings"]
    database = Database(settings.database_url)
    with database.read() as session:
        kept = session.scalar(select(func.count()).select_from(Hit)) or 0
        left = session.scalar(select(func.count()).where(Subscription.state == "left")) or 0
        states = {str(row[0]): int(row[1]) for row in session.execute(select(Message.state, func.count()).group_by(Message.state))}
    database.close()
    if hits["bad"] or leavings["bad"] or hits["answered"] < 0.98 * HITS_A_SECOND * told["seconds"]:
        raise SystemExit(f"The web process did not keep up: {told}.")
    if kept < hits["answered"] or left < leavings["answered"]:
        raise SystemExit(f"Of {told}, {kept} hits and {left} leavings were kept.")
    if states.keys() - {"sent", "skipped"} or states.get("skipped", 0) > left:
        raise SystemExit(f"{left} have left, and the ledger says {states}.")
