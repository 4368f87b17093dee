"""B-28: the tables are brought to a newer version's shape while an old sender is at work: it stops and says why; 0 lost, 0 twice."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mailflow.foundation.shape import known_shapes
from tests.faults.scene import Scene
from tests.faults.sizes import on_both, size

PEOPLE = size(800, 20_000)


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    made = Scene(tmp_path, PEOPLE, seconds=0.02, database_url=where)
    yield made
    made.close()


def _migrate(scene: Scene, shape: str, old: str, new: str) -> None:
    """What a migration does: tables and their version in one transaction."""
    with scene.database.begin() as session:
        session.execute(text(f"ALTER TABLE message RENAME COLUMN {old} TO {new}"))
        session.execute(text("UPDATE alembic_version SET version_num = :shape"), {"shape": shape})


@on_both
def test_b_28_an_old_sender_ends_in_good_order_0_lost_0_twice(scene: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    sender = scene.start()
    scene.until(lambda: scene.taken() > PEOPLE // 10, 60, "a beginning")
    _migrate(scene, "9999_from_the_future", "lease_until", "held_until")  # without which it can neither record nor renew
    assert sender.wait(30) == 0
    scene.workers.remove(sender)
    assert "tables were brought to another version's shape" in capfd.readouterr().err
    before = scene.taken()
    late = scene.start()  # as whoever keeps it alive would
    assert late.wait(30) == 1
    scene.workers.remove(late)
    assert "newer mailflow" in capfd.readouterr().err
    assert scene.taken() == before < PEOPLE
    _migrate(scene, known_shapes()[-1], "held_until", "lease_until")  # from here on the new version's senders
    scene.start()
    scene.until_settled(60)
    mails = [arrival.recipient for arrival in scene.arrivals()]
    assert len(mails) == len(set(mails)) == PEOPLE
    assert scene.states() == {"sent": PEOPLE}


@on_both
def test_b_28_without_looking_an_old_sender_goes_on(scene: Scene) -> None:
    sender = scene.start("shape")
    scene.until(lambda: scene.taken() > PEOPLE // 10, 60, "a beginning")
    _migrate(scene, "9999_from_the_future", "bounced_at", "returned_at")  # nothing it needs to send by
    before = scene.taken()
    scene.until(lambda: scene.taken() > before + PEOPLE // 4, 60, "its going on")
    assert sender.poll() is None
    scene.end(sender, signal.SIGKILL)
