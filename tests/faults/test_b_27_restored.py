"""B-27: what came back from a backup, or is a copy, sends nothing until a person says so; the one it was copied from goes on."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, update

from benchmarks.crowd import launched
from mailflow.campaigns import control
from mailflow.campaigns.models import Campaign
from mailflow.cli.backup.put_back import put_back
from mailflow.cli.backup.take import take
from mailflow.delivery.models import Worker
from mailflow.delivery.restored import held, release_some
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.fence.models import Instance
from mailflow.foundation.settings import Settings
from tests.faults.scene import Scene
from tests.faults.sizes import on_both, size
from tests.postgres import Postgres

PEOPLE = size(300, 20_000)
WATCHED = size(1, 30)
"""Seconds that nothing must leave for, once a sender runs; one that may begin does so in its first turn."""


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    """A campaign of which a part has gone out, slowly."""
    made = Scene(tmp_path, PEOPLE, seconds=0.02, database_url=where)
    yield made
    made.close()


def _halfway(scene: Scene) -> None:
    scene.until(lambda: scene.taken() > PEOPLE // 10, 60, "a beginning")


@pytest.fixture
def place(where: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where something can be put back to: an empty database of the same kind, none for SQLite's in a new folder."""
    if not where:
        yield ""
        return
    with request.getfixturevalue("server").fresh(empty=True) as url:
        yield url


@on_both
def test_b_27_a_backup_taken_in_the_middle_sends_nothing_until_released(scene: Scene, tmp_path: Path, place: str) -> None:
    sender = scene.start()
    _halfway(scene)
    manifest = take(scene.settings, tmp_path / "backup", now=utc_now())
    assert manifest.rows["message"] == PEOPLE
    scene.end(sender, signal.SIGKILL)
    put_back(replace(scene.settings, home=tmp_path / "new", database_url=place), tmp_path / "backup")
    scene.move_to(tmp_path / "new", place)
    database = scene.database
    before = scene.taken()
    sender = scene.start()
    _until_held(scene)
    assert scene.taken() == before
    with database.read() as session:
        told = held(session, now=utc_now())
    assert told
    assert [one.campaign.name for one in told.going] == ["Otoño 1"]
    assert 0 < told.going[0].people < PEOPLE
    _release(database)
    time.sleep(WATCHED)
    assert scene.taken() == before, "the campaign itself waits for somebody, too"
    with database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert (campaign.state, campaign.reason) == ("paused", "restored")
        assert control.resume(session, campaign, now=utc_now())
    scene.end(sender, signal.SIGTERM)  # told of the release it ends by itself, and here nobody starts it again
    scene.start()
    scene.until_settled(60)
    assert {arrival.recipient for arrival in scene.arrivals()} | scene.addresses("uncertain") >= {
        f"ana{number}@example.net" for number in range(1, PEOPLE + 1)
    }


def test_b_27_two_instances_on_one_copy(scene: Scene, tmp_path: Path) -> None:
    """The folder is copied as it lies there while a sender is at work; both are started; nobody gets it twice."""
    sender = scene.start()
    _halfway(scene)
    with scene.stalled():
        scene.end(sender, signal.SIGKILL)
        shutil.copytree(scene.settings.home, tmp_path / "copy")
    original = scene.settings.home
    scene.move_to(tmp_path / "copy")
    scene.start()
    _until_held(scene)
    scene.move_to(original)
    scene.start()
    scene.until_settled(60)
    mails = [arrival.recipient for arrival in scene.arrivals()]
    assert len(mails) == len(set(mails))


def test_b_27_without_the_fence_both_would_write_to_the_same_people(scene: Scene, tmp_path: Path) -> None:
    scene.end(_once_halfway(scene), signal.SIGKILL)
    original = scene.settings.home
    shutil.copytree(original, tmp_path / "copy")
    scene.start()
    scene.move_to(tmp_path / "copy")
    scene.start("fence")
    scene.until(lambda: len(scene.arrivals()) > len({arrival.recipient for arrival in scene.arrivals()}), 60, "a second copy")


@pytest.mark.postgresql
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_b_27_a_copy_made_by_the_server_sends_nothing_and_would_without_the_fence(scene: Scene, server: Postgres, tmp_path: Path) -> None:
    """A server copied with its data, or a dump read back: whoever joins the copy begins nothing while the original goes on."""
    scene.end(_once_halfway(scene), signal.SIGKILL)
    scene.database.close()
    original, url = scene.settings.home, scene.settings.database_url
    with server.fresh(empty=True) as copy:
        server.tell(f"DROP DATABASE {make_url(copy).database}")
        server.tell(f"CREATE DATABASE {make_url(copy).database} TEMPLATE {make_url(url).database} STRATEGY file_copy")
        scene.move_to(tmp_path / "joins", copy)
        held_back = scene.start()
        _until_held(scene)
        scene.move_to(original, url)
        scene.start()
        scene.until_settled(60)
        assert not _is_anybody_written_to_twice(scene)
        scene.end(held_back, signal.SIGTERM)
        scene.move_to(tmp_path / "joins", copy)
        with scene.database.begin() as session:
            session.execute(update(Instance).values(held=""))
        both = scene.start("fence")
        scene.until(lambda: _is_anybody_written_to_twice(scene), 60, "a second copy")
        scene.end(both, signal.SIGKILL)


def _once_halfway(scene: Scene) -> "subprocess.Popen[bytes]":
    sender = scene.start()
    _halfway(scene)
    return sender


def _is_anybody_written_to_twice(scene: Scene) -> bool:
    mails = [arrival.recipient for arrival in scene.arrivals()]
    return len(mails) > len(set(mails))


def _until_held(scene: Scene) -> None:
    """A sender is at work here, has said that it may begin nothing, and was watched for a while."""

    def is_held() -> bool:
        with scene.database.read() as session:
            return session.scalar(select(Worker.held).order_by(Worker.seen_at.desc())) == "restored"

    scene.until(is_held, 60, "a sender's being held")
    time.sleep(WATCHED)


def _release(database: Database) -> None:
    done = False
    while not done:
        with database.begin() as session:
            done = release_some(session, now=utc_now())


def test_the_commands_explain_ask_and_release_in_spanish_too(tmp_path: Path) -> None:
    launched(Settings(home=tmp_path / "old"), 20)
    file, here = str(tmp_path / "backup"), _Terminal(tmp_path / "old")
    made = here.says("backup", file)
    assert "20 suscriptores" in made.stdout
    assert Path(file).stat().st_mode & 0o777 == 0o600
    there = _Terminal(tmp_path / "new")
    assert "Nada sale" in there.says("restore", file).stdout
    refused = there.says("restore", file)
    assert (refused.returncode, "ya hay una instalación" in refused.stderr) == (1, True)
    asked = there.says("release", answer="n\n")
    assert (asked.returncode, "«Otoño 1»" in asked.stdout) == (1, True)
    assert "Hecho" in there.says("release", answer="sí\n").stdout


class _Terminal:
    """Somebody who reads Spanish, at an installation."""

    def __init__(self, home: Path) -> None:
        self._environment = {"MAILFLOW_HOME": str(home), "LANG": "es_ES.UTF-8", "PATH": "/usr/bin:/bin"}

    def says(self, *arguments: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "mailflow", *arguments]
        return subprocess.run(command, env=self._environment, input=answer, capture_output=True, text=True, check=False, timeout=60)
