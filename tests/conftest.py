"""Fixtures that every stage's tests share: a fresh database with all tables, and a fixed moment."""

import gc
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.schema import metadata
from tests.kept import keep_statements, keep_what_is_the_same
from tests.postgres import Postgres, postgres

keep_what_is_the_same()
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL for all tests of this process."""
    with postgres() as running:
        yield running


@pytest.fixture(scope="session")
def every_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table and no rows, to be copied: that takes a tenth of making one."""
    file = tmp_path_factory.mktemp("every-table") / "mailflow.sqlite3"
    made = Database(f"sqlite:///{file}")
    metadata.create_all(made.engine)
    made.close()
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with every table: what holds on one holds on the other."""
    if request.param == "postgresql":
        with request.getfixturevalue("server").lent() as url:
            opened = Database(url)
            keep_statements(opened.engine)
            yield opened
            opened.close()
        return
    file = tmp_path / "mailflow.sqlite3"
    shutil.copyfile(request.getfixturevalue("every_table"), file)
    opened = Database(f"sqlite:///{file}")
    keep_statements(opened.engine)
    event.listen(opened.engine, "connect", _never_wait_for_the_disk)
    yield opened
    opened.close()


def _never_wait_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # nobody pulls the plug here; tests with processes of their own keep it as in life


@pytest.fixture
def now() -> datetime:
    """A fixed moment: verbs are told the time."""
    return NOON


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation in a folder of its own."""
    return Settings(home=tmp_path, secret_key="a secret for tests only", base_url="http://localhost:8000")


@pytest.fixture
def ring(database: Database, settings: Settings) -> Ring:
    """The installation's keys."""
    return open_ring(database, settings)


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: nobody need look for garbage in it."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a browser shows of a page is the same whichever database the page came from: it looks once."""
    twice = [item for item in items if item.get_closest_marker("browser") and item.get_closest_marker("postgresql")]
    items[:] = _each_begins_by_waiting([item for item in items if item not in set(twice)], _runners(config))
    config.hook.pytest_deselected(items=twice)


def _runners(config: pytest.Config) -> int:
    return int(getattr(config, "workerinput", {}).get("workercount", 1))


def _each_begins_by_waiting(items: list[pytest.Item], runners: int) -> list[pytest.Item]:
    """Each runner's share (they take equal parts, in order) begins with tests that mostly wait: a long one left for the end is
    waited for by everybody."""
    wait = [item for item in items if any(map(item.get_closest_marker, ("faults", "story", "browser")))]
    rest = [item for item in items if item not in set(wait)]
    return [item for runner in range(runners) for some in (wait, rest) for item in _share(some, runner, runners)]


def _share(items: list[pytest.Item], runner: int, runners: int) -> list[pytest.Item]:
    return items[len(items) * runner // runners : len(items) * (runner + 1) // runners]
