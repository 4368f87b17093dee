"""Fixtures that every stage's tests share: a fresh database with all tables, and a fixed moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.schema import metadata
from tests.postgres import Postgres, postgres

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL for all tests of this process."""
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with every table: what holds on one holds on the other."""
    if request.param == "postgresql":
        with request.getfixturevalue("server").fresh() as url:
            opened = Database(url)
            yield opened
            opened.close()
        return
    opened = Database(f"sqlite:///{tmp_path / 'mailflow.sqlite3'}")
    metadata.create_all(opened.engine)
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
