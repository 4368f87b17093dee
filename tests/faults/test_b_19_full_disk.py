"""B-19: the database has no room any more. Nothing leaves without a stored intent, nothing breaks, and all goes on alone."""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from mailflow.outbox.models import Message
from tests.faults.scene import CONNECTIONS, Scene
from tests.faults.sizes import on_both, size


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(2_000, 20_000), seconds=0.01, database_url=where)
    yield scene
    scene.close()


def _without_intent(scene: Scene) -> set[str]:
    """Who got a mail though nothing in the ledger says that it was begun."""
    with scene.database.read() as session:
        untried = set(session.scalars(select(Message.address).where(Message.attempt == 0)))
    return untried & {arrival.recipient for arrival in scene.arrivals()}


def _is_whole(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as database:
        return bool(database.execute("PRAGMA integrity_check").fetchone() == ("ok",))


@on_both
def test_b_19_with_a_full_disk_nothing_leaves_and_afterwards_all_goes_on_alone(scene: Scene) -> None:
    for _ in range(2 if scene.is_shared else 1):
        scene.start()
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    with scene.disk_full():
        time.sleep(1)
        taken = scene.taken()
        time.sleep(3)
        assert scene.taken() - taken <= CONNECTIONS * 2, "it went on sending with nowhere to write that down"
        assert _without_intent(scene) == set()
    scene.until_settled(size(60, 300))
    assert set(Counter(arrival.recipient for arrival in scene.arrivals()).values()) == {1}
    assert scene.states() == Counter({"sent": size(2_000, 20_000)})
    assert scene.is_shared or _is_whole(scene.settings.home / "mailflow.sqlite3")


def test_b_19_would_fail_without_intents(scene: Scene) -> None:
    scene.start("intent")
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    with scene.disk_full():
        time.sleep(2)
        assert _without_intent(scene) != set()
