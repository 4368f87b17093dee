"""A locked database is worth another try; a broken one is not."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mailflow.foundation.busy import is_busy
from mailflow.foundation.database import Database


def _fault(statement: str, database: Database) -> OperationalError:
    with pytest.raises(OperationalError) as raised, database.begin() as session:
        session.execute(text(statement))
    return raised.value


def test_a_second_writer_has_no_turn(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'one.sqlite3'}"
    with Database(url).begin():
        assert is_busy(_fault("SELECT 1", Database(url, patience=0.05)))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", ["SELECT 1 FROM missing", "SELECT missing FROM ring"])
def test_a_missing_table_or_column_never_comes_by_waiting(database: Database, statement: str) -> None:
    assert not is_busy(_fault(statement, database))


def test_a_folder_that_is_away_never_comes_by_waiting(tmp_path: Path) -> None:
    assert not is_busy(_fault("SELECT 1", Database(f"sqlite:///{tmp_path / 'nowhere/one.sqlite3'}")))


@pytest.mark.parametrize(
    ("state", "busy"), [("40P01", True), ("55P03", True), ("08006", True), ("57P03", True), ("42P01", False), ("53100", False)]
)
def test_a_servers_own_word_is_heeded(state: str, busy: bool) -> None:
    class Answer(Exception):  # noqa: N818
        sqlstate = state

    assert is_busy(OperationalError("SELECT 1", {}, Answer("the server says so"))) is busy


def test_a_bare_word_of_the_driver_is_understood() -> None:
    assert is_busy(OperationalError("BEGIN", {}, sqlite3.OperationalError("database is locked")))
    assert not is_busy(OperationalError("BEGIN", {}, sqlite3.OperationalError("disk I/O error")))
