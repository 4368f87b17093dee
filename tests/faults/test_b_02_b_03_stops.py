"""B-02, B-03: a campaign stopped again and again, by its process or by its marketer. Nobody lost, nobody twice, nothing in doubt."""

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mailflow.campaigns import control, launch
from mailflow.campaigns.models import Campaign
from mailflow.foundation.clock import utc_now
from tests.faults.scene import Scene
from tests.faults.sizes import on_both, size


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(3_000, 20_000), seconds=0.02, database_url=where)
    yield scene
    scene.close()


STOPPED_WITHIN = 0.4
"""Seconds: the 80 ms of an intent, and a busy machine's. Asked for are two."""


def _begun_after(scene: Scene, moment: float) -> list[str]:
    return [arrival.recipient for arrival in scene.arrivals() if arrival.at > moment]


def _everybody_once(scene: Scene) -> None:
    copies = Counter(arrival.recipient for arrival in scene.arrivals())
    assert set(copies.values()) == {1}
    assert len(copies) == scene.states()["sent"]
    assert scene.addresses("sent") == set(copies)


@on_both
def test_b_02_a_stop_drains_and_the_next_start_goes_on(scene: Scene) -> None:
    stops = size(2 if scene.is_shared else 4, 50)
    if scene.is_shared:
        scene.start()
    step = scene.states().total() // (stops + 1)
    for _ in range(stops):
        worker, goal = scene.start(), scene.taken() + step
        scene.until(lambda goal=goal: scene.taken() >= min(goal, scene.states().total()), 60, "sending")  # type: ignore[misc]
        asked = time.monotonic()
        scene.end(worker, signal.SIGTERM)
        assert time.monotonic() - asked < 10
        assert not scene.in_hand_of(worker), "something was left in hand"
        assert not scene.states()["uncertain"]
    scene.start()
    scene.until_settled(size(60, 300))
    _everybody_once(scene)


def test_b_02_would_fail_without_the_drain(scene: Scene) -> None:
    worker = scene.start("drain")
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    scene.end(worker, signal.SIGTERM)
    assert scene.states().keys() & {"claimed", "sending", "uncertain"}


@on_both
def test_b_03_pause_stops_and_resume_goes_on(scene: Scene) -> None:
    dice = random.Random(3)
    for _ in range(2 if scene.is_shared else 1):
        scene.start()
    for _ in range(size(6, 200)):
        time.sleep(dice.uniform(0.05, 0.4))
        with scene.database.begin() as session:
            if not control.pause(session, session.scalars(select(Campaign)).one(), now=utc_now()):
                break
        paused = time.monotonic()
        time.sleep(STOPPED_WITHIN * 2)
        assert _begun_after(scene, paused + STOPPED_WITHIN) == [], "mails were begun during the pause"
        with scene.database.begin() as session:
            campaign = session.scalars(select(Campaign)).one()
            assert not launch.finish(session, campaign, now=utc_now()), "finished with people waiting"
            assert control.resume(session, campaign, now=utc_now())
    scene.until_settled(size(60, 300))
    _everybody_once(scene)


def test_b_03_a_cancelled_campaign_goes_to_nobody_more(scene: Scene) -> None:
    scene.start()
    scene.until(lambda: scene.taken() >= 200, 60, "sending")
    with scene.database.begin() as session:
        assert control.cancel(session, session.scalars(select(Campaign)).one(), now=utc_now())
    cancelled = time.monotonic()
    scene.until(lambda: not scene.states().keys() & {"claimed", "sending"}, 10, "an end")
    assert _begun_after(scene, cancelled + STOPPED_WITHIN) == []
    assert scene.states()["sent"] == scene.taken()
    _everybody_once(scene)
