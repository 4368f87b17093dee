"""A server that takes its time keeps nobody waiting whose mail goes another way."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.scheduler import sender as loop
from mailflow.scheduler.sender import Sender
from tests.faults.misbehaving import Manner, misbehaving
from tests.faults.sizes import size
from tests.faults.test_b_10_b_11 import newsletter
from tests.house import House
from tests.sink import Sink

EACH = size(200, 4000)
SLOW = 0.5
"""Seconds for each mail; ten connections carry twenty a second."""


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


@dataclass
class Took:
    """Seconds until all those of the quick server had theirs, and how many the slow one had taken by then."""

    seconds: float
    slow: int


def sent(house: House, *, most: float) -> Took:
    """Ana's people go by the slow server, Elena's by the quick one, one after the other in the list."""
    newsletter(house, [f"{who}{n}@{at}" for n in range(EACH) for who, at in (("ana", "gmail.com"), ("elena", "panaderia.example.net"))])

    async def scene() -> Took:
        async with misbehaving(Manner(dot_after=SLOW)) as slow, misbehaving(Manner()) as quick:
            url = f"smtp://127.0.0.1:{slow.port}?tls=none&connections=10"
            (house.settings.home / "routes.toml").write_text(f'[slow]\nurl = "{url}"\nrecipients = ["gmail.com"]\n', "utf-8")
            url = f"smtp://127.0.0.1:{quick.port}?tls=none&connections=10"
            worker = Sender(house.database, replace(house.settings, mail_url=url, mail_routes="routes.toml"), house.ring)
            running, began = asyncio.create_task(worker.run()), time.monotonic()
            while len(quick.taken) <= EACH and time.monotonic() - began < most:
                await asyncio.sleep(0.02)
            took = Took(time.monotonic() - began, len(slow.taken))
            worker.stop()
            await running
            assert len(set(slow.taken)) == len(slow.taken)
            return took

    return asyncio.run(scene())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_slow_server_keeps_nobody_else_waiting(house: House) -> None:
    took = sent(house, most=EACH * SLOW / 10)
    assert took.seconds < EACH * SLOW / 10 / 2
    assert took.slow >= (took.seconds - 2 * SLOW) * 10 * 0.8 / SLOW, "the slow one is not kept busy"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_with_one_pace_for_all_everybody_waits_for_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "Ways", lambda _routes: None)
    assert sent(house, most=EACH * SLOW / 10 / 2).seconds >= EACH * SLOW / 10 / 2
