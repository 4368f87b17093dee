"""Of two schedulers one leads; when it dies, or is stopped, the other takes over, and who waits can be stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Interval, literal, update

from mailflow.cli.migrate import upgrade
from mailflow.foundation.database import Database
from mailflow.foundation.lead import Lead, take_lead
from tests.browser.product import ROOT, until
from tests.postgres import Postgres

pytestmark = pytest.mark.timeout(180)


class Process:
    """One ``mailflow scheduler`` with its log."""

    def __init__(self, home: Path, number: int, **settings: str) -> None:
        self.log = home / f"scheduler-{number}.log"
        environment = {**os.environ, "MAILFLOW_HOME": str(home), **settings}
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "mailflow", "scheduler"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def leads(self) -> bool:
        return self.says("this scheduler leads\n")

    def says(self, words: str) -> bool:
        return words in self.log.read_text("utf-8")

    def waits(self) -> bool:
        """It has the lock's file open, and did not get the lock."""
        names = (str(link.readlink()) for link in Path(f"/proc/{self.process.pid}/fd").iterdir() if link.is_symlink())
        return any(name.endswith("scheduler.lock") for name in names) and not self.leads()

    def end(self, number: signal.Signals) -> float:
        """Seconds until it was gone."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Process]]:
    upgrade(f"sqlite:///{tmp_path / 'mailflow.sqlite3'}")
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(tmp_path, len(started)))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_the_second_takes_over_within_a_second_of_the_firsts_death(start: Callable[[], Process]) -> None:
    first = start()
    until(first.leads, seconds=60)
    second = start()
    until(second.waits, seconds=60)
    time.sleep(0.5)
    assert not second.leads()
    first.end(signal.SIGKILL)
    died = time.monotonic()
    until(second.leads, seconds=10)
    assert time.monotonic() - died < 1


def test_one_that_waits_stops_when_told(start: Callable[[], Process]) -> None:
    first = start()
    until(first.leads, seconds=60)
    second = start()
    until(second.waits, seconds=60)
    assert second.end(signal.SIGTERM) < 2
    assert second.process.returncode == 0
    assert first.process.poll() is None


def test_the_leader_stops_when_told_and_makes_room(start: Callable[[], Process]) -> None:
    first = start()
    until(first.leads, seconds=60)
    assert first.end(signal.SIGTERM) < 5
    assert first.process.returncode == 0
    second = start()
    until(second.leads, seconds=60)


@pytest.fixture
def machines(server: Postgres, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Two computers with a scheduler each and nothing in common but the database; the first one leads."""
    with server.fresh(empty=True) as url:
        upgrade(url)
        both: list[Process] = []
        try:
            for number in (1, 2):
                home = tmp_path / f"machine-{number}"
                home.mkdir()
                both.append(Process(home, number, MAILFLOW_DATABASE_URL=url, MAILFLOW_SECRET_KEY="the same on both"))
                until(both[0].leads, seconds=60)
            yield both[0], both[1]
        finally:
            for one in both:
                one.process.kill()
                one.process.wait()


@pytest.mark.postgresql
def test_where_many_machines_share_a_database_another_leads_once_the_first_is_stopped(machines: tuple[Process, Process]) -> None:
    first, second = machines
    time.sleep(4)
    assert not second.leads()
    first.process.send_signal(signal.SIGSTOP)
    until(second.leads, seconds=30)
    first.process.send_signal(signal.SIGCONT)
    until(lambda: first.says("leads no longer"), seconds=30)
    assert second.end(signal.SIGTERM) < 8
    until(lambda: first.log.read_text("utf-8").count("this scheduler leads\n") == 2, seconds=5)


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_lead_of_a_time_before_the_servers_clock_was_set_back_is_free(database: Database) -> None:
    """Everything was switched off with the clock an hour ahead: nobody is there to renew it, and nobody waits an hour."""
    with database.begin() as session:
        assert take_lead(session, "scheduler", "first")
        assert not take_lead(session, "scheduler", "second")
        session.execute(update(Lead).values(until=Lead.until + literal(timedelta(hours=1), Interval())))
        assert take_lead(session, "scheduler", "second")
        assert not take_lead(session, "scheduler", "first")
