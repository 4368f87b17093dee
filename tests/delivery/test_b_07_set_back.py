"""B-07: the clock was set back a day. What was due goes all the same; what is put off waits no longer than anything may."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from mailflow.delivery.claim import LEASE, claim, settle_abandoned
from mailflow.delivery.setback import ahead, bring_forward
from mailflow.foundation.database import Database
from mailflow.outbox.models import Message
from mailflow.outbox.words import Lane
from tests.delivery.test_the_loop import house
from tests.house import House

__all__ = ["house"]
DAY = timedelta(days=1)
BEFORE = {"Ana": "pending", "Elena": "deferred", "Luis": "deferred"}


@pytest.fixture
def waiting(house: House) -> None:
    """Ana waits for her first turn, Elena since a try a minute ago, Luis for an hour that no pause reaches."""
    for name in BEFORE:
        house.asks(_address(name))
    house.tick(2)
    with house.database.begin() as session:
        for name, state in BEFORE.items():
            off = {"Ana": DAY, "Elena": timedelta(minutes=4), "Luis": DAY}[name]
            hers = update(Message).where(Message.address == _address(name))
            session.execute(hers.values(state=state, due_at=house.now + off, sent_at=None))


def _address(name: str) -> str:
    return f"{name.lower()}@example.net"


def _due(database: Database, name: str) -> datetime:
    with database.read() as session:
        return session.scalars(select(Message.due_at).where(Message.address == _address(name))).one()


def test_b_07_what_was_due_before_the_clock_was_set_back_is_due_now(house: House, waiting: None) -> None:
    with house.database.read() as session:
        places = ahead(session, now=house.now)
    assert len(places) == 1
    with house.database.begin() as session:
        assert bring_forward(session, *places[0], now=house.now) == 2
        assert ahead(session, now=house.now) == []
    assert _due(house.database, "Ana") == _due(house.database, "Luis") == house.now
    assert _due(house.database, "Elena") == house.now + timedelta(minutes=4)


@pytest.mark.parametrize("jump", [-DAY, DAY], ids=["set back", "set ahead"])
def test_b_07_a_dead_senders_messages_are_found_whatever_was_done_to_the_clock(house: House, waiting: None, jump: timedelta) -> None:
    with house.database.begin() as session:
        session.execute(update(Message).values(due_at=house.now))
        taken = claim(session, "dead", now=house.now, room=dict.fromkeys(Lane, 9))
        assert len(taken) == 3
    with house.database.begin() as session:
        assert settle_abandoned(session, now=house.now + LEASE / 2) == 0
        assert settle_abandoned(session, now=house.now + jump) == 3
