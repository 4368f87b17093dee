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
from sqlalchemy import select

from mailflow.campaigns import control
from mailflow.campaigns.models import Campaign
from mailflow.cli.backup.put_back import put_back
from mailflow.cli.backup.take import take
from mailflow.delivery.restored import held, release_some
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from tests.faults.scene import Scene
from tests.faults.sizes import size

PEOPLE = size(600, 20_000)
WATCHED = size(3, 30)
"""Seconds that nothing must leave for; a sender that may begin does so within one."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A campaign of which a part has gone out, slowly."""
    made = Scene(tmp_path, PEOPLE, seconds=0.02)
    yield made
    made.close()


def _halfway(scene: Scene) -> None:
    scene.until(lambda: scene.taken() > PEOPLE // 10, 60, "a beginning")


def test_b_27_a_backup_taken_in_the_middle_sends_nothing_until_released(scene: Scene, tmp_path: Path) -> None:
    sender = scene.start()
    _halfway(scene)
    manifest = take(scene.settings, tmp_path / "backup", now=utc_now())
    assert manifest.rows["message"] == PEOPLE
    scene.end(sender, signal.SIGKILL)
    put_back(replace(scene.settings, home=tmp_path / "new", database_url=""), tmp_path / "backup")
    scene.move_to(tmp_path / "new")
    database = scene.database
    before = scene.taken()
    sender = scene.start()
    time.sleep(WATCHED)
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
    _copy_starts(scene, tmp_path / "copy")
    mails = [arrival.recipient for arrival in scene.arrivals()]
    assert len(mails) == len(set(mails))


def test_b_27_without_the_fence_both_would_write_to_the_same_people(scene: Scene, tmp_path: Path) -> None:
    sender = scene.start()
    _halfway(scene)
    scene.end(sender, signal.SIGKILL)
    shutil.copytree(scene.settings.home, tmp_path / "copy")
    _copy_starts(scene, tmp_path / "copy", "fence")
    mails = [arrival.recipient for arrival in scene.arrivals()]
    assert len(mails) > len(set(mails))


def _copy_starts(scene: Scene, copy: Path, *without: str) -> None:
    original = scene.settings.home
    scene.move_to(copy)
    scene.start(*without)
    time.sleep(WATCHED)
    scene.move_to(original)
    scene.start()
    scene.until_settled(60)


def _release(database: Database) -> None:
    done = False
    while not done:
        with database.begin() as session:
            done = release_some(session, now=utc_now())


def test_the_command_explains_asks_and_releases(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    there = {"MAILFLOW_HOME": str(tmp_path / "new"), "LANG": "es_ES.UTF-8", "LC_ALL": "", "PATH": "/usr/bin:/bin"}
    here = {**there, "MAILFLOW_HOME": str(scene.settings.home)}
    made = _run("backup", str(file), environment=here)
    assert "600 suscriptores" in made.stdout or PEOPLE != 600
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Ya existe" in _run("backup", str(file), environment=here).stderr
    assert "Nada sale" in _run("restore", str(file), environment=there).stdout
    twice = _run("restore", str(file), environment=there)
    assert (twice.returncode, "ya hay una instalación" in twice.stderr) == (1, True)
    asked = _run("release", environment=there, answer="n\n")
    assert (asked.returncode, "«Otoño 1»" in asked.stdout) == (1, True)
    assert "«Otoño 1»" in _run("release", "--yes", environment=there).stdout
    assert "nada retenido" in _run("release", environment=there).stdout


def _run(*arguments: str, environment: dict[str, str], answer: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "mailflow", *arguments]
    return subprocess.run(command, env=environment, input=answer, capture_output=True, text=True, check=False, timeout=60)
