"""From SQLite with a history to PostgreSQL and two computers, as docs/en/many-machines.md says it; one is killed in a campaign."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from benchmarks.crowd import schedule_campaign
from mailflow.audience.rules import mask
from mailflow.campaigns.models import Campaign
from mailflow.delivery.models import Worker
from mailflow.foundation.clock import utc_now
from mailflow.foundation.ring import open_ring
from mailflow.foundation.tokens import Purpose
from mailflow.outbox.models import Message
from tests.faults.scene import CONNECTIONS, Arrival, Scene
from tests.postgres import Postgres

pytestmark = [pytest.mark.story, pytest.mark.postgresql, pytest.mark.timeout(300)]
PEOPLE = 1_000


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A shop on one computer, whose first campaign goes out."""
    scene = Scene(tmp_path, PEOPLE, seconds=0.02)
    yield scene
    scene.close()


def _copies(arrivals: list[Arrival]) -> Counter[str]:
    return Counter(arrival.recipient for arrival in arrivals)


def test_nobody_is_lost_and_nobody_gets_anything_twice(scene: Scene, server: Postgres) -> None:
    everybody = {f"ana{number}@example.net" for number in range(1, PEOPLE + 1)}
    scene.start()
    scene.until_settled(60)
    assert _copies(scene.arrivals()) == Counter(everybody)
    link = open_ring(scene.database, scene.settings).mint.make(Purpose.PREFERENCES, 7)

    with server.fresh(empty=True) as url:
        assert "1 000" in scene.outgrow(url).replace("\N{NO-BREAK SPACE}", " ")
        with scene.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Message).where(Message.state == "sent")) == PEOPLE
        _goes_on_with_two_computers(scene, everybody)
        _keeps_the_links_of_before(scene, link)


def _goes_on_with_two_computers(scene: Scene, everybody: set[str]) -> None:
    before = len(scene.arrivals())
    clocks = scene.start_clock(), scene.start_clock()
    first, second = scene.start(), scene.start()
    scene.until(lambda: _senders(scene) == 2, 60, "a second sender")
    schedule_campaign(scene.database, "Invierno", utc_now())
    scene.until(lambda: scene.taken() > before and scene.in_hand_of(first) > 0 and scene.in_hand_of(second) > 0, 60, "sending by both")
    scene.end(first, signal.SIGKILL)
    scene.end(clocks[0], signal.SIGKILL)
    scene.until(lambda: _outcome(scene) == "sent" or (scene.states()["uncertain"] > 0 and _waiting(scene) == 0), 60, "an end")
    copies = _copies(scene.arrivals()[before:])
    doubtful = scene.addresses("uncertain")
    assert max(copies.values()) == 1
    assert len(doubtful) <= CONNECTIONS * 2 + INTENTS
    assert set(copies) | doubtful == everybody

    scene.start()  # the first computer's sender again: its journal tells of nearly all of whom nobody knew
    scene.start()
    scene.until(lambda: len(scene.addresses("uncertain")) <= CONNECTIONS * 2, 30, "the journal")
    assert _copies(scene.arrivals()[before:]).most_common(1)[0][1] == 1


INTENTS = 600
"""At most so many may have passed the gate at once; of those nobody on another computer can tell which began."""


def _senders(scene: Scene) -> int:
    with scene.database.read() as session:
        return session.scalar(select(func.count()).select_from(Worker).where(Worker.seen_at > utc_now() - timedelta(seconds=5))) or 0


def _waiting(scene: Scene) -> int:
    states = scene.states()
    return sum(states[state] for state in ("pending", "claimed", "sending", "deferred"))


def _outcome(scene: Scene) -> str:
    with scene.database.read() as session:
        return str(session.scalars(select(Campaign.state).where(Campaign.name == "Invierno")).one())


def _keeps_the_links_of_before(scene: Scene, token: str) -> None:
    page, _ = scene.start_web()
    where = page.rpartition("/subscribe/")[0]
    scene.until(lambda: _answers(page), 60, "a first page")
    with urlopen(f"{where}/preferences/{token}") as answer:
        assert mask("ana7@example.net") in answer.read().decode()


def _answers(page: str) -> bool:
    try:
        with urlopen(page) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
