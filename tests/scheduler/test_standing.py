"""A process that begins in the very moment in which its database is moved away or upgraded notices it all the same."""

from pathlib import Path

import pytest

from mailflow.cli import serve
from mailflow.cli.migrate import upgrade
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.scheduler.standing import OTHER_SHAPE, Standing


def _seal(database: Database) -> None:
    with database.begin() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'moved 0013'")


def test_who_begins_on_a_sealed_database_may_not_act(database: Database, settings: Settings) -> None:
    assert Standing(database, settings).word == ""
    with database.begin() as session:
        session.connection().exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        session.connection().exec_driver_sql("INSERT INTO alembic_version VALUES ('moved 0013')")
    assert Standing(database, settings).word == OTHER_SHAPE


def test_who_waited_for_the_move_to_end_before_it_began_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version was looked at before the move; the first thing that is written waits for its end."""
    monkeypatch.setenv("MAILFLOW_HOME", str(tmp_path))
    database = Database(f"sqlite:///{tmp_path / 'mailflow.sqlite3'}")
    upgrade(database.url)
    really = serve.compare

    def moved_meanwhile(settings: Settings) -> str:
        _seal(database)
        return really(settings)

    monkeypatch.setattr(serve, "compare", moved_meanwhile)
    monkeypatch.setattr(serve, "end_with_parent", lambda: None)
    monkeypatch.setattr(serve, "keep_log", lambda _: None)
    with pytest.raises(SystemExit, match="moved to PostgreSQL"):
        serve.begin()
    database.close()
