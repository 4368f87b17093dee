"""B-13: who leaves while a campaign goes out gets nothing any more: no DATA begins later than 100 ms after she left."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mailflow.audience.leaving import leave
from mailflow.audience.models import Subscription
from mailflow.audience.words import LeaveMethod
from mailflow.foundation.clock import utc_now
from tests.faults.scene import Scene
from tests.faults.sizes import FULL, on_both, size

TOO_LATE = 0.1 if FULL else 0.25
"""Seconds from the moment she had left to the beginning of DATA; on a busy machine the sink looks at its watch late."""


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(3_000, 100_000), seconds=0.01, database_url=where)
    yield scene
    scene.close()


WAYS = (LeaveMethod.ONE_CLICK, LeaveMethod.PAGE, LeaveMethod.STAFF)


def _they_leave_meanwhile(scene: Scene, leavers: int, *without: str) -> dict[str, float]:
    """When each of some people had left, in seconds of the monotonic clock, while the campaign went out."""
    people = scene.states().total()
    numbers = random.Random(13).sample(range(1, people + 1), leavers)
    left: dict[str, float] = {}
    for _ in range(2 if scene.is_shared else 1):
        scene.start(*without)
    scene.until(lambda: scene.taken() > 20, 60, "sending")
    stop = threading.Event()
    for place, number in enumerate(numbers):
        with scene.database.begin() as session:
            subscription = session.scalars(select(Subscription.id).where(Subscription.subscriber_id == number)).one()
            leave(session, subscription, method=WAYS[place % len(WAYS)], now=utc_now())
        left[f"ana{number}@example.net"] = time.monotonic()
        stop.wait(0.005)
    scene.until_settled(size(60, 900))
    return left


def _late(scene: Scene, left: dict[str, float]) -> list[str]:
    return [each.recipient for each in scene.arrivals() if each.at > left.get(each.recipient, float("inf")) + TOO_LATE]


@on_both
def test_b_13_who_left_is_not_written_to(scene: Scene) -> None:
    left = _they_leave_meanwhile(scene, size(150, 10_000))
    assert _late(scene, left) == []
    skipped = scene.addresses("skipped")
    assert skipped, "all had their mail before they left: nothing was tested"
    assert skipped <= left.keys()


def test_b_13_would_fail_if_intents_grew_old(scene: Scene) -> None:
    left = _they_leave_meanwhile(scene, size(150, 10_000), "gate")
    assert _late(scene, left) != []
