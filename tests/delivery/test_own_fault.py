"""What cannot be read for a fault of ours puts people off under a reason of its own: no server and no address is blamed."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from mailflow.delivery.facts import Batch
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.words import Reason, State
from mailflow.scheduler import sender
from mailflow.scheduler.gathering import Gathered, gather
from tests.delivery.test_the_loop import letters, rows_of, send
from tests.house import House
from tests.sink import Sink


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


def test_a_batch_that_cannot_be_read_is_put_off_as_our_own_fault_and_goes_when_it_is_mended(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_rest: object) -> None:
        raise RuntimeError("on purpose")

    mailing = letters(house, "ana@example.net", "elena@example.net")
    with monkeypatch.context() as planted:
        planted.setattr(sender, "gather", broken)
        send(house)
    rows = rows_of(house, mailing).values()
    assert {(row.state, row.reason, row.attempt) for row in rows} == {(State.DEFERRED, Reason.OWN_FAULT, 0)}
    house.at(house.now + timedelta(minutes=1))
    send(house)
    assert {row.state for row in rows_of(house, mailing).values()} == {State.SENT}


def test_a_server_that_is_away_is_still_told_as_such(house: House) -> None:
    mailing = letters(house, "ana@example.net")
    house.sink.go_away()
    send(house)
    assert rows_of(house, mailing)["ana@example.net"].reason == Reason.NETWORK


def test_one_whose_mail_cannot_be_read_keeps_nobody_else_waiting(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [f"ana{number}@example.net" for number in range(9)]

    def spoilt_by_one(*given: Any) -> Gathered:
        if any(row.address == people[4] for row in given[-1]):
            raise RuntimeError("on purpose")
        return gather(*given)

    mailing = letters(house, *people)
    monkeypatch.setattr(sender, "gather", spoilt_by_one)
    send(house)
    rows = rows_of(house, mailing)
    assert {address for address, row in rows.items() if row.state == State.SENT} == {*people} - {people[4]}
    assert (rows[people[4]].state, rows[people[4]].reason) == (State.FAILED, Reason.RENDERING)


def test_a_sender_that_may_begin_nothing_rests(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With messages in hand and no room on the disk it looks again a few times a second, not a thousand."""
    letters(house, "ana@example.net")
    turns = 0

    async def wait_a_second() -> None:
        nonlocal turns
        held = sender.Sender(house.database, house.settings, house.ring)
        turn = held._turn

        async def counted() -> bool:
            nonlocal turns
            turns += 1
            if held._hand.total_waiting:
                held._tenure._full = "disk"
            return await turn()

        monkeypatch.setattr(held, "_turn", counted)
        with suppress(TimeoutError):
            await asyncio.wait_for(held.run(), 1.0)
        held.stop()
        await held.close()

    with time_machine.travel(house.now):
        asyncio.run(wait_a_second())
    assert 2 < turns < 60  # without resting there are thousands


def test_one_who_cannot_be_taken_in_hand_is_let_go_and_the_others_get_theirs_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [f"ana{number}@example.net" for number in range(9)]
    head = Batch.head

    def spoilt_for_one(batch: Batch, row: Any) -> Any:
        if row.address == people[4]:
            raise RuntimeError("on purpose")
        return head(batch, row)

    mailing = letters(house, *people)
    monkeypatch.setattr(Batch, "head", spoilt_for_one)
    send(house)
    rows = rows_of(house, mailing)
    assert {address: (row.state, row.reason) for address, row in rows.items()} == {
        address: (State.FAILED, Reason.RENDERING) if address == people[4] else (State.SENT, None) for address in people
    }
    assert [len(house.sink.messages_to(address)) for address in people] == [1, 1, 1, 1, 0, 1, 1, 1, 1]
