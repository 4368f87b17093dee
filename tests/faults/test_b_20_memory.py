"""B-20: however many people wait, and however long their server keeps silent, a sender stays as large as it is."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.resident import forget_peak, peak, resident
from tests.faults.scene import Scene
from tests.faults.sizes import on_both, size

FLAT = 3.0
"""MiB by which it may grow while the server is silent."""
WARM = 10.0
"""MiB that sending takes beyond what was there at the first message: statements, pages, what is read ahead."""


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(8_000 if where else 20_000, 1_000_000), database_url=where)
    yield scene
    scene.close()


def _growth(scene: Scene, *without: str, seconds: float) -> tuple[float, float]:
    """MiB more than at the first message, at most; and more than at the beginning of a silence, while it lasts."""
    sender = scene.start(*without).pid
    scene.until(lambda: scene.taken() > 0, 60, "a first message")
    first = resident(sender)
    scene.until(lambda: scene.taken() >= 2_000, 60, "sending")
    with scene.stalled():
        time.sleep(1)
        before, until_now = resident(sender), peak(sender)
        forget_peak(sender)
        time.sleep(seconds)
        silent = peak(sender)
    assert scene.states()["pending"] > 0 or without, "all had left: nothing was measured"
    taken = scene.taken()
    scene.until(lambda: scene.taken() > taken, 60, "going on")
    return max(until_now, silent) - first, silent - before


@on_both
def test_b_20_a_sender_stays_as_large_as_it_is(scene: Scene) -> None:
    sending, silent = _growth(scene, seconds=size(5, 60))
    assert silent <= FLAT
    assert sending <= WARM


def test_b_20_would_fail_without_a_bound(scene: Scene) -> None:
    sending, _ = _growth(scene, "bound", seconds=5)
    assert sending > WARM
