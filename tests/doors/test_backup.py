"""A backup holds everything, from either kind of database into either; it is refused where it could do harm, and never overwrites."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from mailflow.audience.models import Subscriber
from mailflow.cli.backup.chest import open_chest
from mailflow.cli.backup.put_back import put_back
from mailflow.cli.backup.rows import count_rows
from mailflow.cli.backup.take import take
from mailflow.cli.backup.words import BackupError
from mailflow.cli.start import open_ready, welcome
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.fence.keeper import Fence, known
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose, Token
from mailflow.outbox.models import Message
from tests.mailed import mail_the_cast

Urls = Callable[[str], str]


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Urls]:
    """Makes an empty database of a kind."""
    opened = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return ""
        context = request.getfixturevalue("server").fresh(empty=True)
        opened.append(context)
        return str(context.__enter__())

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def _shop(home: Path, database_url: str) -> Settings:
    """An installation with people and a mailing."""
    settings = Settings(home=home, database_url=database_url)
    database = open_ready(settings)
    with database.begin() as session:
        session.execute(text("UPDATE list SET slug = 'a-list'"))
        mailed = mail_the_cast(session)
        session.get_one(Subscriber, mailed.ana).email = "ana@example.net\u00e1"
    Fence(home).begin(database, now=utc_now())
    database.close()
    return settings


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.mark.parametrize("source", BOTH)
@pytest.mark.parametrize("target", BOTH)
def test_everything_comes_back_whatever_it_was_and_is_kept_in(tmp_path: Path, url: Urls, source: str, target: str) -> None:
    settings = _shop(tmp_path / "old", url(source))
    before = Database(settings.database_url)
    manifest = take(settings, tmp_path / "backup", now=utc_now())
    there = Settings(home=tmp_path / "new", database_url=url(target))
    assert put_back(there, tmp_path / "backup") == manifest
    after = open_ready(there)
    with before.engine.connect() as old, after.engine.connect() as new:
        assert count_rows(new) == count_rows(old) == manifest.rows
    token = open_ring(before, settings).mint.make(Purpose.LEAVE, 5)
    assert open_ring(after, there).mint.read(Purpose.LEAVE, token) == Token(5)
    with before.read() as old_session, after.read() as new_session:
        for model in (Subscriber, Message):
            columns = model.__table__.columns
            ordered = select(*columns).order_by(columns.id)
            assert old_session.execute(ordered).all() == new_session.execute(ordered).all()
        found = known(new_session)
        assert found
        assert found.held == "restored"
    with after.begin() as session:  # the next numbers are free ones
        session.add(Subscriber(email="elena@example.net", email_key="elena@example.net", source="test", created_at=utc_now()))
    for one in (before, after):
        one.close()


def test_whoever_starts_a_restored_installation_is_told_that_it_is_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings, there = _shop(tmp_path / "old", ""), Settings(home=tmp_path / "new")
    welcome(settings, None)
    assert "/studio/held/" not in capsys.readouterr().out
    take(settings, tmp_path / "backup", now=utc_now())
    put_back(there, tmp_path / "backup")
    open_ready(there).close()
    welcome(there, None)
    assert "/studio/held/" in capsys.readouterr().out


def test_a_backup_never_takes_the_place_of_a_file_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    settings = _shop(tmp_path / "home", "")
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BackupError, match="There is a file"):
        take(settings, tmp_path / "mine", now=utc_now())
    assert (tmp_path / "mine").read_text() == "mine"
    with pytest.raises(BackupError, match="cannot be written"):
        take(settings, tmp_path / "no" / "folder" / "x", now=utc_now())
    with pytest.raises(BackupError, match="no tables"):
        take(replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}"), tmp_path / "x", now=utc_now())
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name or path.name.startswith((".", "x"))) == []


def test_s_40_nothing_that_is_there_is_ever_wiped(tmp_path: Path) -> None:
    """A second install, a restore over a living shop, another secret: all refused in one sentence."""
    settings = _shop(tmp_path / "home", "")
    take(settings, tmp_path / "backup", now=utc_now())
    before = (tmp_path / "home" / "mailflow.sqlite3").read_bytes()
    with pytest.raises(BackupError, match="an installation here already"):
        put_back(settings, tmp_path / "backup")
    assert (tmp_path / "home" / "mailflow.sqlite3").read_bytes() == before
    open_ready(settings).close()  # what run and db upgrade do
    database = Database(settings.database_url)
    with database.read() as session:
        assert len(session.scalars(select(Subscriber.id)).all()) == 2
    database.close()
    other = Settings(home=tmp_path / "new", secret_key="of another installation")
    with pytest.raises(BackupError, match="do not open"):
        put_back(other, tmp_path / "backup")
    assert not (tmp_path / "new").exists()


_SPOILED = {
    "rows": "DELETE FROM link",
    "names": "INSERT INTO backup_file VALUES ('../evil', x'78')",
    "no name": "INSERT INTO backup_file VALUES (NULL, x'78')",
    "no bytes": "INSERT INTO backup_file VALUES ('routes.toml', 'x')",
    "no count": "UPDATE backup_manifest SET told = json_set(told, '$.rows', 7)",
    "no moment": "UPDATE backup_manifest SET told = json_set(told, '$.taken_at', 'yesterday')",
    "no fence": "DROP TABLE instance",
}


@pytest.mark.parametrize("fault", ["empty", "text", "cut", *_SPOILED])
def test_what_is_no_whole_backup_is_refused(tmp_path: Path, fault: str) -> None:
    settings, file = _shop(tmp_path / "home", ""), tmp_path / "backup"
    take(settings, file, now=utc_now())
    _spoil(file, fault)
    with pytest.raises(BackupError, match="no backup of mailflow's"):
        put_back(Settings(home=tmp_path / "new"), file)
    assert not (tmp_path / "new" / "mailflow.sqlite3").exists()
    assert not (tmp_path / "evil").exists()


def _spoil(file: Path, fault: str) -> None:
    if fault in ("empty", "text"):
        file.write_bytes(b"" if fault == "empty" else b"no database at all")
    elif fault == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        with closing(sqlite3.connect(file, isolation_level=None)) as chest:
            chest.execute(_SPOILED[fault])


@pytest.mark.parametrize("target", BOTH)
def test_s_40_a_backup_that_does_not_say_it_is_held_is_held_all_the_same(tmp_path: Path, url: Urls, target: str) -> None:
    settings, file = _shop(tmp_path / "home", ""), tmp_path / "backup"
    take(settings, file, now=utc_now())
    with closing(sqlite3.connect(file, isolation_level=None)) as chest:
        chest.execute("UPDATE backup_manifest SET told = json_remove(told, '$.rows.instance')")
        chest.execute("DELETE FROM instance")
    there = Settings(home=tmp_path / "new", database_url=url(target))
    put_back(there, file)
    database = Database(there.database_url)
    assert Fence(there.home).begin(database, now=utc_now()) == "restored"
    database.close()


def test_what_a_killed_installation_left_in_wal_never_ends_up_in_a_restored_one(tmp_path: Path) -> None:
    """Somebody took the database away and forgot what lay beside it: SQLite would write its pages over the restored ones."""
    settings, file = _shop(tmp_path / "home", ""), tmp_path / "backup"
    take(settings, file, now=utc_now())
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mailflow.sqlite3-wal").write_bytes(b"pages of before")
    with pytest.raises(BackupError, match=r"mailflow\.sqlite3-wal"):
        put_back(Settings(home=tmp_path / "new"), file)


def test_a_backup_of_another_secret_than_the_folders_says_so_and_holds_the_mail_routes(tmp_path: Path, now: datetime) -> None:
    settings = _shop(tmp_path / "home", "")
    (tmp_path / "home" / "routes.toml").write_text("")
    take(replace(settings, mail_routes="routes.toml"), tmp_path / "backup", now=now)
    manifest, files = open_chest(tmp_path / "backup")
    assert manifest.files == ["routes.toml", "secret.key"]
    assert files["secret.key"] == (tmp_path / "home" / "secret.key").read_bytes()
    without = take(replace(settings, secret_key=files["secret.key"].decode()), tmp_path / "second", now=now)
    assert without.files == []
