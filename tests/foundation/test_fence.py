"""The fence: copies and restored databases are known for what they are; what lives goes on, and who is new joins."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.foundation.database import Database
from mailflow.foundation.fence.folder import read_note, write_note
from mailflow.foundation.fence.keeper import OTHER_LIFE, Fence, hold, known, release
from mailflow.foundation.fence.marks import birth_of
from mailflow.foundation.fence.rules import judge
from mailflow.foundation.fence.words import Finding, Known, Note
from mailflow.foundation.keys import ensure_keys
from tests.postgres import Postgres


def _count(fence: Fence, database: Database, now: datetime, times: int = 1) -> str:
    held = ""
    for _ in range(times):
        with database.begin() as session:
            held = fence.count(session, now=now)
        fence.keep()
    return held


def test_a_first_start_a_second_one_and_many_signs_of_life_are_well(database: Database, tmp_path: Path, now: datetime) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for _ in range(3):
        fence = Fence(home)
        assert fence.begin(database, now=now) == ""
        assert _count(fence, database, now, 5) == ""
    note, mark = read_note(home)
    with database.read() as session:
        found = known(session)
    assert found
    assert note == Note(found.instance, found.age, mark)


def test_a_new_data_folder_joins_a_database_that_lives(database: Database, tmp_path: Path, now: datetime) -> None:
    """Two machines share a database: each has a folder of its own, and both count."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    one, two = Fence(first), Fence(second)
    assert one.begin(database, now=now) == ""
    _count(one, database, now, 3)
    assert two.begin(database, now=now) == ""
    for _ in range(3):
        assert (_count(one, database, now), _count(two, database, now)) == ("", "")
    assert Fence(first).begin(database, now=now) == ""


def test_a_database_put_back_under_a_data_folder_that_saw_more_is_held(tmp_path: Path, now: datetime) -> None:
    """Even where the old file's content was written into the very same file."""
    from mailflow.schema import metadata

    home, file = tmp_path / "home", tmp_path / "home" / "mailflow.sqlite3"
    home.mkdir()
    database = Database(f"sqlite:///{file}")
    metadata.create_all(database.engine)
    fence = Fence(home)
    fence.begin(database, now=now)
    _count(fence, database, now)
    database.close()
    old = file.read_bytes()
    _count(fence, database, now, 2)
    database.close()
    file.write_bytes(old)
    assert Fence(home).begin(database, now=now) == Finding.RESTORED
    assert _count(Fence(home), database, now) == Finding.RESTORED
    assert Fence(home).begin(database, now=now) == Finding.RESTORED
    database.close()


def test_a_sender_that_lives_through_it_is_held_at_its_next_sign_of_life(database: Database, tmp_path: Path, now: datetime) -> None:
    fence = Fence(tmp_path)
    fence.begin(database, now=now)
    _count(fence, database, now, 4)
    with database.begin() as session:
        session.connection().exec_driver_sql("UPDATE instance SET age = 2")
    assert _count(fence, database, now) == Finding.RESTORED


@pytest.mark.parametrize("copier", ["cp -a", "tar"])
def test_a_copied_folder_is_held_and_the_one_it_came_from_goes_on(tmp_path: Path, now: datetime, copier: str) -> None:
    from mailflow.schema import metadata

    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'mailflow.sqlite3'}")
    metadata.create_all(database.engine)
    fence = Fence(home)
    fence.begin(database, now=now)
    _count(fence, database, now)
    (home / "journal").mkdir()
    database.close()
    if copier == "tar":
        copy.mkdir()
        subprocess.run(f"tar -C {home} -cf - . | tar -C {copy} -xf -", shell=True, check=True)
    else:
        subprocess.run([*copier.split(), str(home), str(copy)], check=True)
    other = Database(f"sqlite:///{copy / 'mailflow.sqlite3'}")
    assert Fence(copy).begin(other, now=now) == Finding.RESTORED
    assert Fence(home).begin(database, now=now) == ""
    assert (home / "journal").exists()
    other.close()
    database.close()


def test_a_folder_that_was_moved_is_the_same_one(tmp_path: Path, now: datetime) -> None:
    from mailflow.schema import metadata

    home = tmp_path / "home"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'mailflow.sqlite3'}")
    metadata.create_all(database.engine)
    Fence(home).begin(database, now=now)
    database.close()
    home.rename(tmp_path / "elsewhere")
    moved = Database(f"sqlite:///{tmp_path / 'elsewhere' / 'mailflow.sqlite3'}")
    assert Fence(tmp_path / "elsewhere").begin(moved, now=now) == ""
    moved.close()


def test_a_copied_folder_on_a_living_database_stops_itself_and_nobody_else(database: Database, tmp_path: Path, now: datetime) -> None:
    """Its journals would tell of messages that the first one still has in hand."""
    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    living = Fence(home)
    living.begin(database, now=now)
    _count(living, database, now)
    shutil.copytree(home, copy)
    assert Fence(copy).begin(database, now=now) == Finding.COPIED
    assert _count(Fence(copy), database, now) == Finding.COPIED
    assert _count(living, database, now) == ""


@pytest.mark.postgresql
def test_a_restored_database_on_a_server_is_held_even_for_a_new_folder(server: Postgres, tmp_path: Path, now: datetime) -> None:
    """A dump put back beside the living one, or in its place: another database by its number."""
    with server.fresh() as url:
        living = Database(url)
        assert Fence(tmp_path / "home").begin(living, now=now) == ""
        living.close()
        name = url.rpartition("/")[2]
        server.tell(f"CREATE DATABASE copy_of_it TEMPLATE {name}")
        try:
            copy = Database(server.url("copy_of_it"))
            assert Fence(tmp_path / "new").begin(copy, now=now) == Finding.RESTORED
            assert Fence(tmp_path / "home").begin(living, now=now) == ""
            copy.close()
            living.close()
        finally:
            server.tell("DROP DATABASE copy_of_it WITH (FORCE)")


@pytest.mark.postgresql
def test_a_server_put_back_with_its_files_is_held_for_a_new_folder_and_a_night_off_is_not(
    server: Postgres, tmp_path: Path, now: datetime
) -> None:
    """Its numbers are the old ones, and the machine that saw more is gone: but nobody was heard of in it for long."""
    with server.fresh() as url:
        database = Database(url)
        old, new = tmp_path / "old", tmp_path / "new"
        Fence(old).begin(database, now=now)
        with database.begin() as session:
            session.connection().exec_driver_sql("UPDATE instance SET seen_at = seen_at - interval '9 hours'")
        assert Fence(old).begin(database, now=now) == ""
        assert Fence(new).begin(database, now=now) == "", "somebody who knows it is back"
        with database.begin() as session:
            session.connection().exec_driver_sql("UPDATE instance SET seen_at = seen_at - interval '9 hours'")
        assert Fence(tmp_path / "stranger").begin(database, now=now) == Finding.RESTORED
        database.close()


def test_a_release_is_learnt_by_every_folder_and_ends_what_ran_before(database: Database, tmp_path: Path, now: datetime) -> None:
    """Two machines, one database that came back: one of them is released, the other begins anew without its old journals."""
    homes = [tmp_path / "one", tmp_path / "two"]
    fences = [Fence(home) for home in homes]
    for fence in fences:
        fence.begin(database, now=now)
        _count(fence, database, now, 3)
    for home in homes:
        (home / "journal").mkdir()
    with database.begin() as session:
        session.connection().exec_driver_sql("UPDATE instance SET age = 2")
    assert [_count(fence, database, now) for fence in fences] == [Finding.RESTORED] * 2
    with database.begin() as session:
        release(session)
    with database.begin() as session:
        fences[0].trust(session, now=now)
    assert [_count(fence, database, now) for fence in fences] == [OTHER_LIFE] * 2
    assert [Fence(home).begin(database, now=now) for home in homes] == ["", ""]
    assert [(home / "journal").exists() for home in homes] == [False, False]
    assert [_count(Fence(home), database, now) for home in homes] == ["", ""]


def test_an_old_database_of_a_version_without_fence_is_known_by_its_keys(database: Database, tmp_path: Path, now: datetime) -> None:
    write_note(tmp_path, "another", 9)
    with database.begin() as session:
        ensure_keys(session, "secret", now=now - timedelta(days=3))
    assert Fence(tmp_path).begin(database, now=now) == Finding.RESTORED


def test_what_is_held_stays_held_and_keeps_its_first_reason(database: Database, tmp_path: Path, now: datetime) -> None:
    fence = Fence(tmp_path)
    fence.begin(database, now=now)
    for why, later in (("restored", now), ("other", now + timedelta(hours=1))):
        with database.begin() as session:
            hold(session, why, now=later)
    assert Fence(tmp_path).begin(database, now=now) == "restored"
    with database.read() as session:
        found = known(session)
    assert found
    assert (found.held, found.held_at) == ("restored", now)
    _count(Fence(tmp_path), database, now + timedelta(days=2))
    with database.read() as session:
        later = known(session)
    assert later
    assert later.seen_at == found.seen_at, "people are told when it was last heard of"


def test_a_birth_is_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("x")
    shutil.copy2(first, second)
    assert birth_of(first) == birth_of(first) != birth_of(second)
    first.rename(tmp_path / "third")
    assert birth_of(tmp_path / "third") != birth_of(second)
    assert birth_of(first) == ""


def test_an_unreadable_note_is_none(tmp_path: Path) -> None:
    write_note(tmp_path, "a", 1)
    (tmp_path / "instance.json").write_text("")
    assert read_note(tmp_path) == (None, "")


_words = st.sampled_from(["", "a", "b"])


@given(_words, st.lists(_words), st.integers(0, 3), _words, st.none() | st.builds(Note, _words, st.integers(0, 3), _words), _words, _words)
def test_the_rule_never_lets_pass_what_went_back_or_lies_elsewhere(
    instance: str, former: list[str], age: int, place: str, note: Note | None, really: str, mark: str
) -> None:
    finding = judge(Known(instance, tuple(former), age, place, ""), note, place=really, mark=mark)
    if finding in (Finding.WELL, Finding.JOINS):
        assert not (place and really and place != really)
        assert note is None or not (note.instance == instance and note.age > age)
        assert note is None or (note.mark == mark and note.instance in (instance, *former))


def test_a_note_that_is_replaced_while_it_is_read_never_looks_like_a_copy(tmp_path: Path) -> None:
    """A sender writes it every two seconds; web and scheduler of the same computer read it."""
    write_note(tmp_path, "ours", 0)
    with ThreadPoolExecutor(1) as beside:
        writing = beside.submit(lambda: [write_note(tmp_path, "ours", age) for age in range(300)])
        while not writing.done():
            note, mark = read_note(tmp_path)
            assert note
            assert note.mark == mark
