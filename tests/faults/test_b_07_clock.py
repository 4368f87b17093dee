"""B-07: the computer's clock is set again and again while a campaign leaves. Nobody twice, nothing stolen from the living, no pause."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailflow.outbox.models import Message
from tests.faults.scene import Scene
from tests.faults.sizes import FULL, on_both, size
from tests.faults.wrong_clock import Off

HOUR, DAY = 3600.0, 86400.0
JUMPS = (HOUR, 0, DAY, 0, -HOUR, -2 * HOUR, -DAY, -DAY - 5, -DAY - 10, 0)
EVERY = size(4, 100) / 10
"""Seconds between two jumps."""
PAUSE = 3.0
"""Seconds without any mail that a busy machine alone explains."""


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(3_000, 40_000), seconds=0.03, database_url=where)
    yield scene
    scene.close()


@pytest.fixture
def off(tmp_path: Path) -> Off:
    return Off(tmp_path / "clock")


def _sending(scene: Scene, tmp_path: Path, *without: str) -> None:
    for _ in range(2):
        scene._begin("tests.faults.wrong_clock", str(tmp_path / "clock"), *without)
    scene.until(lambda: scene.taken() >= 100, 60, "sending")


def _claimed_twice(scene: Scene) -> int:
    with scene.database.read() as session:
        return session.scalar(select(func.count()).select_from(Message).where(Message.epoch > 1)) or 0


def _longest_pause(scene: Scene) -> float:
    moments = sorted(arrival.at for arrival in scene.arrivals())
    return max(later - earlier for earlier, later in pairwise(moments))


@on_both
def test_b_07_a_clock_set_again_and_again_neither_doubles_nor_steals_nor_stops(scene: Scene, off: Off, tmp_path: Path) -> None:
    _sending(scene, tmp_path)
    for by in JUMPS * size(1, 5):
        off.seconds = by
        time.sleep(EVERY)
    scene.until_settled(size(60, 300))
    copies = Counter(arrival.recipient for arrival in scene.arrivals())
    assert set(copies.values()) == {1}
    assert scene.states() == {"sent": len(copies)}
    assert _claimed_twice(scene) == 0, "somebody's were taken from the living"
    assert _longest_pause(scene) < PAUSE


def test_b_07_would_fail_where_leases_are_judged_by_a_clock_just_set(scene: Scene, off: Off, tmp_path: Path) -> None:
    _sending(scene, tmp_path, "evenness")
    for hour in range(1, 200):
        off.seconds = hour * HOUR
        time.sleep(0.4)
        if _claimed_twice(scene) or scene.states().keys() == {"sent"}:
            break
    assert _claimed_twice(scene) > 0


def test_b_07_would_fail_where_what_was_due_waits_for_the_old_time(scene: Scene, off: Off, tmp_path: Path) -> None:
    _sending(scene, tmp_path, "forward")
    off.seconds = -DAY
    before = -1
    while scene.taken() != before:
        before = scene.taken()
        time.sleep(1)
    assert before < scene.states().total()


@pytest.mark.skipif(not FULL, reason="a rate is measured on a machine of its own")
def test_b_07_the_rate_is_within_a_tenth(tmp_path: Path) -> None:
    spent = []
    for jumps in ((), JUMPS * 3):
        folder = tmp_path / str(len(jumps))
        folder.mkdir()
        off, scene = Off(folder / "clock"), Scene(folder, 20_000, seconds=0.03)
        try:
            _sending(scene, folder)
            for by in jumps:
                off.seconds = by
                time.sleep(1)
            scene.until_settled(300)
            moments = [arrival.at for arrival in scene.arrivals()]
            spent.append(max(moments) - min(moments))
        finally:
            scene.close()
    assert spent[1] < spent[0] * 1.1
