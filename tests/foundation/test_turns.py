"""SQLite has one writer: who waits for it begins as soon as it is free."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mailflow.foundation.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'mailflow.sqlite3'}")
    with opened.begin():
        pass
    yield opened
    opened.close()


HELD = 0.24
"""SQLite's own tries come 228 and 328 ms after the first: it would find a free database 88 ms late."""


def waited(database: Database) -> float:
    """Seconds from the end of another's turn to the beginning of ours."""
    other = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ended: list[float] = []
    timer = threading.Timer(HELD, lambda: (other.execute("COMMIT"), ended.append(time.monotonic())))
    timer.start()
    with database.begin():
        begun = time.monotonic()
    timer.join()
    other.close()
    return begun - ended[0]


def test_who_waits_begins_soon_after_the_others_turn(database: Database) -> None:
    assert min(waited(database) for _ in range(3)) < 0.04


def test_who_has_waited_long_enough_is_told(database: Database) -> None:
    hasty = Database(database.url, patience=0.1)
    with database.begin(), pytest.raises(OperationalError, match="locked"), hasty.begin():
        pass
    with hasty.begin() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 100
    hasty.close()
