"""What cannot be read for a fault of ours puts people off under a reason of its own: no server and no address is blamed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.words import Reason, State
from mailflow.scheduler import sender
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
