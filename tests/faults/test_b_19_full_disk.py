"""B-19: the database has no room any more. Nothing leaves without a stored intent, nothing breaks, and all goes on alone."""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mailflow.outbox.models import Message
from tests.faults.scene import CONNECTIONS, Scene
from tests.faults.sizes import size


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(2_000, 20_000), seconds=0.01)
    yield scene
    scene.close()


def _without_intent(scene: Scene) -> set[str]:
    """Who got a mail though nothing in the ledger says that it was begun."""
    with scene.database.read() as session:
        untried = set(session.scalars(select(Message.address).where(Message.attempt == 0)))
    return untried & {arrival.recipient for arrival in scene.arrivals()}


def _fills_up(scene: Scene, *without: str) -> None:
    """The disk is full while a campaign goes out, for some seconds."""
    scene.start(*without)
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    scene.full_disk.touch()
    time.sleep(1)
    taken = scene.taken()
    time.sleep(3)
    assert scene.taken() - taken <= CONNECTIONS * 2, "it went on sending with nowhere to write that down"


def test_b_19_with_a_full_disk_nothing_leaves_and_afterwards_all_goes_on_alone(scene: Scene) -> None:
    _fills_up(scene)
    assert _without_intent(scene) == set()
    scene.full_disk.unlink()
    scene.until_settled(size(60, 300))
    assert set(Counter(arrival.recipient for arrival in scene.arrivals()).values()) == {1}
    assert scene.states() == Counter({"sent": size(2_000, 20_000)})
    with sqlite3.connect(scene.settings.home / "mailflow.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_b_19_would_fail_without_intents(scene: Scene) -> None:
    scene.start("intent")
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    scene.full_disk.touch()
    time.sleep(2)
    assert _without_intent(scene) != set()
