"""Two computers on one PostgreSQL share what comes in slices; one that is killed in the middle loses nobody, writes nobody down twice."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from benchmarks.crowd import gather, schedule_campaign
from mailflow.campaigns import control, launch
from mailflow.campaigns.models import Campaign
from mailflow.cli.migrate import _make_room_for_shared_work, upgrade
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.fence.keeper import Fence
from mailflow.foundation.fence.models import Instance
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Mailing, Message
from mailflow.scheduler import tick
from mailflow.scheduler.crew import Crew
from mailflow.scheduler.crew_tables import NAMESPACE, look_there, make_tables
from mailflow.scheduler.jobs import EVERY_SECOND, freeze_begun, launch_due
from tests.browser.product import ROOT, until
from tests.postgres import Postgres

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(180)]
PEOPLE = 12_000
CAMPAIGNS = 2
SECRET = "the same on both"


class Shop:
    """Two campaigns that have begun, of whose people only the first are written down."""

    def __init__(self, home: Path, url: str, people: int) -> None:
        self.settings = Settings(home=home, database_url=url, secret_key=SECRET)
        self.people, self.database = people, Database(url)
        open_ring(self.database, self.settings)
        Fence(home).begin(self.database, now=utc_now())
        gather(self.database, people, utc_now())
        for number in range(CAMPAIGNS):
            schedule_campaign(self.database, f"Otoño {number}", utc_now())
        assert launch_due(self.database, self.settings) == CAMPAIGNS

    def written(self) -> list[tuple[int, int]]:
        """For each campaign how many rows there are, and of how many people."""
        counted = select(func.count(), func.count(Message.person_key.distinct())).group_by(Message.mailing_id)
        with self.database.read() as session:
            return [(rows, people) for rows, people in session.execute(counted)]

    def is_frozen(self) -> bool:
        with self.database.read() as session:
            return session.scalar(select(func.count()).where(Mailing.frozen_at.is_not(None))) == CAMPAIGNS

    def everybody_is_there_once(self) -> bool:
        with self.database.read() as session:
            counted = session.scalars(select(Mailing.people)).all()
        return self.written() == [(self.people, self.people)] * CAMPAIGNS and list(counted) == [self.people] * CAMPAIGNS

    def hold(self, why: str) -> None:
        with self.database.begin() as session:
            session.execute(update(Instance).values(held=why))

    def workers(self) -> int:
        with self.database.read() as session:
            look_there(session)
            return session.scalar(text("SELECT count(*) FROM procrastinate_workers")) or 0

    def jobs(self, state: str) -> list[tuple[str, int | None]]:
        """What is waiting to be done, or being done, and by whom."""
        with self.database.read() as session:
            look_there(session)
            asked = text("SELECT lock, worker_id FROM procrastinate_jobs WHERE status::text = :state")
            return [(lock, worker) for lock, worker in session.execute(asked, {"state": state})]


@contextmanager
def large_shop(server: Postgres, home: Path) -> Iterator[Shop]:
    with server.fresh(empty=True) as url:
        upgrade(url)
        made = Shop(home, url, PEOPLE)
        made.hold("restored")
        yield made
        made.database.close()


class Computers:
    """A scheduler each, with nothing in common but the database."""

    def __init__(self, shop: Shop, **more: str) -> None:
        self.homes = [shop.settings.home / f"computer-{number}" for number in (1, 2)]
        told = {"MAILFLOW_DATABASE_URL": shop.settings.database_url, "MAILFLOW_SECRET_KEY": SECRET, **more}
        self.processes = []
        for home in self.homes:
            home.mkdir()
            with (home / "log").open("wb") as log:
                command = [sys.executable, "-m", "mailflow", "scheduler"]
                environment = {**os.environ, **told, "MAILFLOW_HOME": str(home)}
                self.processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))

    def says(self, words: str) -> list[bool]:
        return [words in (home / "log").read_text("utf-8") for home in self.homes]

    def __enter__(self) -> "Computers":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def test_two_computers_share_the_people_of_two_campaigns_and_one_is_killed_in_the_middle(server: Postgres, tmp_path: Path) -> None:
    with large_shop(server, tmp_path) as made, Computers(made) as both:
        until(lambda: made.workers() == 2, seconds=60)
        made.hold("")  # both are there
        killed = both.processes[0]
        until(lambda: _is_stopped_in_the_middle(killed, made))
        killed.kill()
        killed.wait()
        assert not made.is_frozen()
        until(made.is_frozen, seconds=60)
        assert made.everybody_is_there_once()
        assert both.says("is another's now") == [False, True]
        assert both.processes[1].poll() is None
        until(lambda: not made.jobs("todo") + made.jobs("doing"), seconds=10)


def _is_stopped_in_the_middle(process: "subprocess.Popen[bytes]", shop: Shop) -> bool:
    """Each of them has one campaign in hand; if not, it goes on."""
    process.send_signal(signal.SIGSTOP)
    if len({worker for _, worker in shop.jobs("doing")}) == 2:
        return True
    process.send_signal(signal.SIGCONT)
    return False


@pytest.fixture
def small(server: Postgres, tmp_path: Path) -> Iterator[Shop]:
    with server.fresh() as url:
        made = Shop(tmp_path, url, launch.SLICE + 200)
        make_tables(made.database)
        yield made
        made.database.close()


@contextmanager
def crew_of(shop: Shop) -> Iterator[Crew]:
    stop = threading.Event()
    crew = Crew.of(shop.database, shop.settings, stop)
    assert crew
    try:
        yield crew
    finally:
        stop.set()
        crew.join()


def test_nothing_is_done_while_the_database_is_held(small: Shop) -> None:
    with crew_of(small) as crew:
        ask = crew.share(freeze_begun)
        small.hold("restored")
        ask(small.database, small.settings)
        until(lambda: not small.jobs("todo") + small.jobs("doing"))
        assert small.written() == [(launch.SLICE, launch.SLICE)] * CAMPAIGNS
        small.hold("")
        ask(small.database, small.settings)
        until(small.is_frozen)
    assert small.everybody_is_there_once()


def test_what_was_asked_by_one_that_leads_no_longer_does_no_harm(small: Shop) -> None:
    stop = threading.Event()
    stop.set()
    asks = Crew.of(small.database, small.settings, stop)  # it only asks
    assert asks
    asks.join()
    for _ in range(2):
        asks.share(freeze_begun)(small.database, small.settings)
    assert len(small.jobs("todo")) == CAMPAIGNS  # none waits twice
    with small.database.begin() as session:
        for campaign in session.scalars(select(Campaign)).all():
            control.cancel(session, campaign, now=utc_now())
    with crew_of(small):
        until(lambda: not small.jobs("todo") + small.jobs("doing"))
    assert small.written() == [(launch.SLICE, launch.SLICE)] * CAMPAIGNS


def test_where_its_tables_are_gone_it_is_done_without_it(small: Shop) -> None:
    with crew_of(small) as crew:
        with small.database.begin() as session:
            session.execute(text(f"DROP SCHEMA {NAMESPACE} CASCADE"))
            session.execute(text("CREATE SCHEMA mailflow_jobs_of_before"))
        crew.share(freeze_begun)(small.database, small.settings)
        assert small.is_frozen()
    assert Crew.of(small.database, small.settings, threading.Event()) is None
    for _ in range(2):
        make_tables(small.database)
    assert _namespaces(small.settings.database_url) == [NAMESPACE]


def _namespaces(url: str) -> list[str]:
    database = Database(url)
    with database.read() as session:
        ours = session.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mailflow%'")).all()
    database.close()
    return list(ours)


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Procrastinate is not installed."""
    for name in ("crew", "crew_tables"):
        monkeypatch.delitem(sys.modules, f"mailflow.scheduler.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "procrastinate"]:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("hidden")
def test_without_the_library_the_leading_one_does_it_all(small: Shop) -> None:
    with tick._shared(small.database, small.settings, threading.Event()) as share:
        tick.run_jobs(tuple(map(share, EVERY_SECOND)), small.database, small.settings)
    assert not small.jobs("todo")
    assert small.everybody_is_there_once()


@pytest.mark.usefixtures("hidden")
def test_without_the_library_an_upgrade_leaves_its_tables_out(server: Postgres) -> None:
    with server.fresh(empty=True) as url:
        _make_room_for_shared_work(url)
        assert _namespaces(url) == []


def test_on_sqlite_the_clock_does_it_all(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'mailflow.sqlite3'}")
    with tick._shared(database, Settings(home=tmp_path), threading.Event()) as share:
        assert [share(job) for job in EVERY_SECOND] == list(EVERY_SECOND)
    database.close()
