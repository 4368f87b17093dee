"""B-09, B-12, B-26: servers that put off once, or for ever; one reader in a thousand whose mail cannot be made."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.audience.models import Suppression
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.rules import LONGEST_TRYING, MOST_TRIES
from mailflow.outbox.words import Reason, State
from tests.delivery.test_the_loop import letters, rows_of, send
from tests.faults.sizes import size
from tests.house import House
from tests.sink import Sink


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


def test_b_09_greylisting_delays_everybody_and_loses_nobody(house: House) -> None:
    names = [f"greylist@shop{number}.example.net" for number in range(size(40, 500))]
    mailing = letters(house, *names)
    send(house)
    waiting = rows_of(house, mailing).values()
    assert {row.state for row in waiting} == {State.DEFERRED}
    pauses = [row.due_at - house.now for row in waiting]
    assert min(pauses) >= timedelta(minutes=4)
    assert max(pauses) <= timedelta(minutes=15)
    house.at(house.now + timedelta(minutes=15))
    send(house)
    assert {row.state for row in rows_of(house, mailing).values()} == {State.SENT}
    assert Counter(mail.recipient for mail in house.sink.received) == Counter(names)


def test_b_12_a_server_that_puts_off_for_ever_is_given_up_in_time(house: House) -> None:
    mailing = letters(house, "tempfail@example.net")
    first, tries = house.now, 0
    while (row := rows_of(house, mailing)["tempfail@example.net"]).state in (State.PENDING, State.DEFERRED):
        house.at(max(row.due_at, house.now))
        send(house)
        tries += 1
        assert tries <= MOST_TRIES, "it never ends"
    assert (row.state, row.reason) == (State.FAILED, Reason.TOO_MANY_TRIES)
    assert row.attempt <= MOST_TRIES
    assert house.now <= first + LONGEST_TRYING
    with house.database.read() as session:
        assert list(session.scalars(select(Suppression))) == [], "an address was given up for its server's sake"


def test_b_26_one_reader_whose_mail_cannot_be_made_harms_nobody_else(house: House) -> None:
    people = [f"ana{number}@example.net" for number in range(size(60, 999))]
    by_zero = "{% assign n = subscriber.first_name | size | minus: 5 %}{{ 10 | divided_by: n }}"
    mailing = letters(house, *people, "dario@example.net", text=by_zero)
    send(house)
    failed = {address: row.reason for address, row in rows_of(house, mailing).items() if row.state == State.FAILED}
    broken = {address for address in rows_of(house, mailing) if len(address.partition("@")[0]) == 5}
    assert failed == dict.fromkeys(broken, Reason.RENDERING)
    assert {row.state for address, row in rows_of(house, mailing).items() if address not in broken} == {State.SENT}
