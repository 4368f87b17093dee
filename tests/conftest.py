"""Fixtures that every stage's tests share: a fresh database with all tables, and a fixed moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.schema import metadata

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite file with every table."""
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
