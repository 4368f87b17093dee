"""Fixtures that every stage's tests share: a fresh database with all tables, and a fixed moment."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.schema import metadata
from tests.postgres import Postgres, postgres


class _Compiled(BytecodeCache):
    """Templates as they were compiled for the first test that needed them: a third of a page's test was compiling the same again."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Compiled()}
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
        with request.getfixturevalue("server").fresh() as url:
            opened = Database(url)
            yield opened
            opened.close()
        return
    file = tmp_path / "mailflow.sqlite3"
    shutil.copyfile(request.getfixturevalue("every_table"), file)
    opened = Database(f"sqlite:///{file}")
    yield opened
    opened.close()


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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a browser shows of a page is the same whichever database the page came from: it looks once."""
    twice = [item for item in items if item.get_closest_marker("browser") and item.get_closest_marker("postgresql")]
    items[:] = [item for item in items if item not in set(twice)]
    config.hook.pytest_deselected(items=twice)
