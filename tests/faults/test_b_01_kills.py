"""B-01: senders killed in the middle of a campaign. Nobody lost; nobody twice, or by policy at most one copy more; doubt is said."""

import random
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from mailflow.outbox.models import Mailing
from mailflow.outbox.words import Policy
from tests.faults.scene import CONNECTIONS, Scene
from tests.faults.sizes import on_both, size

IN_FLIGHT = CONNECTIONS * 2
"""Between the journal's two notes of a message: one per connection with its final dot out, and the one behind it."""


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(6_000 if where else 10_000, 100_000), database_url=where)
    yield scene
    scene.close()


def _killed_again_and_again(scene: Scene, kills: int, *without: str) -> None:
    dice = random.Random(7)
    step = scene.states().total() // (kills + 1)
    if scene.is_shared:
        scene.start(*without)
    for _ in range(kills):
        worker = scene.start(*without)
        goal = scene.taken() + dice.randint(step // 3, step)
        scene.until(lambda goal=goal: scene.taken() >= goal, 60, "sending after a kill")  # type: ignore[misc]
        scene.end(worker, signal.SIGKILL)
    scene.start(*without)
    scene.until_settled(size(90, 900))


@on_both
def test_b_01_kill_9_loses_nobody_and_writes_to_nobody_twice(scene: Scene) -> None:
    kills = size(4 if scene.is_shared else 10, 50)
    _killed_again_and_again(scene, kills)
    copies = Counter(arrival.recipient for arrival in scene.arrivals())
    sent, doubtful = scene.addresses("sent"), scene.addresses("uncertain")
    assert sent | doubtful == {f"ana{number}@example.net" for number in range(1, scene.states().total() + 1)}
    assert [address for address, count in copies.items() if count > 1] == []
    assert sent - copies.keys() == set(), "said to be sent, and never arrived"
    assert len(doubtful) <= IN_FLIGHT * kills


def test_b_01_where_the_policy_says_so_doubt_is_ended_by_one_more_copy(scene: Scene) -> None:
    with scene.database.begin() as session:
        session.execute(update(Mailing).values(policy=Policy.RESEND))
    kills = size(4, 50)
    _killed_again_and_again(scene, kills)
    copies = Counter(arrival.recipient for arrival in scene.arrivals())
    assert scene.addresses("sent") | scene.addresses("uncertain") == set(copies)
    assert max(copies.values()) <= 2
    assert sum(count - 1 for count in copies.values()) <= IN_FLIGHT * kills


def test_b_01_would_fail_without_the_doubt(scene: Scene) -> None:
    _killed_again_and_again(scene, 3, "doubt")
    copies = Counter(arrival.recipient for arrival in scene.arrivals())
    assert max(copies.values()) > 1


def test_b_01_would_fail_without_the_journal(scene: Scene) -> None:
    _killed_again_and_again(scene, 3, "journal")
    copies = Counter(arrival.recipient for arrival in scene.arrivals())
    assert max(copies.values()) > 1
