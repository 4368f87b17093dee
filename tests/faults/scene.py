"""A campaign under way that bad things happen to: sender processes to kill, a sink that remembers, the ledger to compare with it."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, make_url, select, text

from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.outbox.words import IN_HAND
from tests.browser.product import free_port
from tests.faults.installed import install

CONNECTIONS = 10
_FULL = """
CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON message FOR EACH STATEMENT EXECUTE FUNCTION disk_is_full()
"""


class Arrival(NamedTuple):
    """One message that the sink said yes to; ``at`` is when its DATA began, in seconds of the monotonic clock."""

    recipient: str
    message_id: str
    at: float


class Scene:
    """An installation with a launched campaign to ``people``, and a sink.

    On SQLite it is one computer; with a ``database_url`` two, which share nothing but that database.
    """

    def __init__(self, folder: Path, people: int, *, seconds: float = 0.0, campaigns: int = 1, database_url: str = "") -> None:
        self._log = folder / "sink.log"
        self._log.touch()
        self._sink = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.logsink", str(self._log), str(seconds)], stdout=subprocess.PIPE, text=True
        )
        assert self._sink.stdout
        port = int(self._sink.stdout.readline())
        homes = [folder / "home", folder / "elsewhere"] if database_url else [folder / "home"]
        for home in homes:
            home.mkdir()
        self._homes, self._reached = cycle(homes), database_url
        self.settings = Settings(
            home=homes[0],
            database_url=database_url,
            secret_key="the same on both" if database_url else "",
            mail_url=f"smtp://127.0.0.1:{port}?tls=none&connections={CONNECTIONS}",
            base_url="https://cartas.example.com",
        )
        install(self.settings, people, campaigns)
        self.database = Database(self.settings.database_url)
        self._full_disk = folder / "full"
        self.workers: list[subprocess.Popen[bytes]] = []

    def outgrow(self, url: str) -> str:
        """As the guide says: stop, move to PostgreSQL, and let a second computer join with the same settings; what the command said."""
        for worker in list(self.workers):
            self.end(worker, signal.SIGTERM)
        self.database.close()
        said = self.command("db", "move", url)
        self._homes = cycle([self.settings.home, self.settings.home.with_name("elsewhere")])
        secret = (self.settings.home / "secret.key").read_text("ascii").strip()
        self.settings, self._reached = replace(self.settings, database_url=url, secret_key=secret), url
        self.database = Database(url)
        return said

    def command(self, *words: str) -> str:
        """What a command of mailflow's says; it must succeed."""
        command = [sys.executable, "-m", "mailflow", *words]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> None:
        """End every process."""
        for process in (*self.workers, self._sink):
            process.kill()
            process.wait()
        if self._sink.stdout:
            self._sink.stdout.close()
        self.database.close()

    def start(self, *without: str) -> subprocess.Popen[bytes]:
        """A sender process on the next computer in turn, some of its protections taken out."""
        return self._begin("tests.faults.worker", *without)

    def move_to(self, home: Path, database_url: str = "") -> None:
        """From now on processes begin in another data folder, with the database that lies there or at an address."""
        self._homes, self._reached = cycle([home]), database_url
        self.database.close()
        self.settings = replace(self.settings, home=home, database_url=database_url or f"sqlite:///{home / 'mailflow.sqlite3'}")
        self.database = Database(self.settings.database_url)

    def start_clock(self) -> subprocess.Popen[bytes]:
        """A scheduler process."""
        return self._begin("mailflow", "scheduler")

    def start_web(self) -> tuple[str, subprocess.Popen[bytes]]:
        """A web process, and the address of its sign-up page."""
        port = free_port()
        return f"http://127.0.0.1:{port}/subscribe/newsletter", self._begin("mailflow", "web", MAILFLOW_PORT=str(port))

    def reach_database_at(self, port: int) -> None:
        """Let processes started from now on find the database's server at another port of loopback."""
        url = make_url(self.settings.database_url).set(port=port)
        self._reached = url.render_as_string(hide_password=False)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MAILFLOW_HOME": str(next(self._homes)),
            "MAILFLOW_DATABASE_URL": self._reached,
            "MAILFLOW_SECRET_KEY": self.settings.secret_key,
            "MAILFLOW_MAIL_URL": self.settings.mail_url,
            "MAILFLOW_BASE_URL": self.settings.base_url or "",
            "FULL_DISK": str(self._full_disk),
        }

    def _begin(self, *command: str, **more: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", *command], env={**self._environment(), **more})
        self.workers.append(process)
        return process

    def end(self, worker: subprocess.Popen[bytes], how: signal.Signals) -> None:
        """Send it a signal and wait for its end."""
        worker.send_signal(how)
        worker.wait(30)
        self.workers.remove(worker)

    @property
    def is_shared(self) -> bool:
        """Whether there are two computers."""
        return not self.settings.database_url.startswith("sqlite")

    @contextmanager
    def disk_full(self) -> Iterator[None]:
        """The workers' database has no room: SQLite's file may not grow, PostgreSQL says so for whatever is written to messages."""
        self._full_disk.touch()
        if self.is_shared:
            self._tell(_FULL)
        try:
            yield
        finally:
            self._full_disk.unlink()
            if self.is_shared:
                self._tell("DROP FUNCTION disk_is_full CASCADE")

    def _tell(self, statement: str) -> None:
        with self.database.begin() as session:
            session.execute(text(statement))

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """The sink answers nothing."""
        self._sink.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._sink.send_signal(signal.SIGCONT)

    def arrivals(self) -> list[Arrival]:
        """What the sink took, in order."""
        lines = self._log.read_text("utf-8").splitlines()
        return [Arrival(recipient, message_id, float(at)) for recipient, message_id, at in (line.split() for line in lines)]

    def taken(self) -> int:
        """How many messages the sink took."""
        return self._log.read_bytes().count(b"\n")

    def states(self) -> Counter[str]:
        """How many messages are in which state."""
        with self.database.read() as session:
            rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
            return Counter({str(state): count for state, count in rows})

    def in_hand_of(self, worker: subprocess.Popen[bytes]) -> int:
        """How many messages this process has in hand, as the ledger says."""
        hers = (Message.worker.like(f"%-{worker.pid}-%"), Message.state.in_(IN_HAND))
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Message).where(*hers)) or 0

    def addresses(self, state: str) -> set[str]:
        """To whom messages in this state go."""
        with self.database.read() as session:
            return set(session.scalars(select(Message.address).where(Message.state == state)))

    def until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not happen in {seconds} s; {dict(self.states())}, {self.taken()} taken"
            time.sleep(0.1)

    def until_settled(self, seconds: float) -> None:
        """Wait until nobody waits and nobody is in a worker's hands."""
        self.until(lambda: not self.states().keys() & {"pending", "claimed", "sending", "deferred"}, seconds, "an end")
