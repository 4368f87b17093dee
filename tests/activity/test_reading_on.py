"""Reading on from where one stopped misses no line, in whatever order those who write them end."""

from datetime import datetime

import pytest

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.foundation.database import Database

READER = "anybody"


def _read(database: Database) -> list[int]:
    with database.begin() as session:
        lines = ledger.unread(session, READER, [Kind.CONFIRMED])
        if lines:
            ledger.mark_read(session, READER, lines[-1].id)
        return [line.subscriber_id for line in lines]


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_line_whose_writer_ends_after_a_later_ones_is_read(database: Database, now: datetime) -> None:
    ana, bruno = 1, 2
    with database.begin() as slow:
        ledger.note(slow, Kind.CONFIRMED, ana, now=now)
        with database.begin() as quick:
            ledger.note(quick, Kind.CONFIRMED, bruno, now=now)
        assert _read(database) == []  # to go past Bruno now would be never to see Ana
    assert _read(database) == [ana, bruno]
    assert _read(database) == []


def test_what_one_has_just_written_oneself_is_read(database: Database, now: datetime) -> None:
    with database.begin() as session:
        ledger.note(session, Kind.CONFIRMED, 1, now=now)
        assert [line.subscriber_id for line in ledger.unread(session, READER, [Kind.CONFIRMED])] == [1]
