"""The sender's loop against bad days: a server away, an address that is gone, a mail that cannot be made, a worker that died."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, update

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.leaving import leave
from mailflow.audience.models import Brand, List, Subscriber, Subscription
from mailflow.audience.suppression import gets_nothing
from mailflow.audience.words import LeaveMethod
from mailflow.content.compile import compile as compile_mail
from mailflow.content.models import Compilation
from mailflow.content.store import keep
from mailflow.content.words import Source
from mailflow.delivery.claim import LEASE, claim, settle_abandoned
from mailflow.delivery.gate import pass_gate
from mailflow.delivery.models import SentMinute
from mailflow.delivery.outlet import Reply, Verdict
from mailflow.delivery.record import record
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Lane, MailingKind, Reason, State
from mailflow.scheduler.sender import Sender
from tests.house import House
from tests.sink import Sink

MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>{text} <a href='{{{{ links.unsubscribe }}}}'>x</a></mj-text>"
    "</mj-column></mj-section></mj-body></mjml>"
)


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


def letters(house: House, *addresses: str, text: str = "Hola, {{ subscriber.first_name }}", expires: datetime | None = None) -> int:
    """One letter to these people, waiting to be sent."""
    people = house.gathers(addresses)
    compiled = compile_mail(
        Source(mjml=MJML.format(text=text), subject="Hola", brand={"name": "x", "postal_address": "y", "url": "https://example.net"})
    )
    with house.database.begin() as session:
        session.execute(update(Message).values(state=State.SENT))
        target = session.scalars(select(List)).first()
        mailing = open_mailing(
            session,
            kind=MailingKind.CAMPAIGN,
            source_id=1,
            name="Hola",
            language="es",
            list_id=target.id,
            brand_id=session.scalars(select(Brand.id)).first(),
            now=house.now,
        )
        keep(session, mailing, "es", compiled, now=house.now)
        enqueue(session, mailing, [Entry(person, expires_at=expires) for person in people], now=house.now)
        mailing.frozen_at = house.now
        return mailing.id


def send(house: House) -> None:
    async def once() -> None:
        sender = Sender(house.database, house.settings, house.ring)
        await sender.send_until_empty()
        await sender.close()

    with time_machine.travel(house.now, tick=False):
        asyncio.run(once())


def rows_of(house: House, mailing: int) -> dict[str, Message]:
    with house.database.read() as session:
        return {row.address: row for row in session.scalars(select(Message).where(Message.mailing_id == mailing))}


def test_a_server_that_is_away_puts_everybody_off_and_nobody_is_lost(house: House) -> None:
    mailing = letters(house, "ana@example.net", "elena@example.net")
    house.sink.go_away()
    send(house)
    assert {(row.state, row.reason) for row in rows_of(house, mailing).values()} == {(State.DEFERRED, Reason.NETWORK)}
    house.sink.come_back()
    house.at(house.now + timedelta(minutes=7))
    send(house)
    assert {row.state for row in rows_of(house, mailing).values()} == {State.SENT}
    assert len(house.sink.messages_to("ana@example.net")) == 1


def test_an_address_that_does_not_exist_is_given_up_and_the_others_go(house: House) -> None:
    mailing = letters(house, "permfail@example.net", "ana@example.net", "throttle@example.net")
    send(house)
    rows = rows_of(house, mailing)
    assert (rows["permfail@example.net"].state, rows["permfail@example.net"].reason) == (State.FAILED, Reason.HARD_ADDRESS)
    assert rows["ana@example.net"].state == State.SENT
    assert rows["throttle@example.net"].state == State.DEFERRED
    with house.database.read() as session:
        blocked = [address for address in rows if gets_nothing(session, address, ring=house.ring, now=house.now)]
        assert blocked == ["permfail@example.net"]
        assert set(session.scalars(select(Activity.kind).where(Activity.mailing_id == mailing))) == {Kind.SENT, Kind.BOUNCED}


def test_nobody_knows_is_said_and_not_guessed(house: House) -> None:
    mailing = letters(house, "drop-after-dot@example.net", "drop-before-dot@example.net")
    send(house)
    rows = rows_of(house, mailing)
    assert rows["drop-after-dot@example.net"].state == State.UNCERTAIN
    assert rows["drop-before-dot@example.net"].state == State.DEFERRED


def test_a_mail_that_cannot_be_made_fails_for_its_one_person_only(house: House) -> None:
    by_zero = "{% assign n = subscriber.first_name | size | minus: 5 %}{{ 10 | divided_by: n }}"
    mailing = letters(house, "dario@example.net", "ana@example.net", text=by_zero)
    send(house)
    rows = rows_of(house, mailing)
    assert (rows["dario@example.net"].state, rows["dario@example.net"].reason) == (State.FAILED, Reason.RENDERING)
    assert rows["ana@example.net"].state == State.SENT


def test_what_is_no_longer_true_is_not_sent(house: House) -> None:
    mailing = letters(house, "ana@example.net", expires=house.now + timedelta(hours=1))
    house.at(house.now + timedelta(hours=2))
    send(house)
    assert (rows_of(house, mailing)["ana@example.net"].state, rows_of(house, mailing)["ana@example.net"].reason) == (
        State.SKIPPED,
        Reason.EXPIRED,
    )


def test_a_dead_workers_messages_are_taken_back_and_only_what_had_begun_is_doubtful(house: House) -> None:
    mailing = letters(house, "ana@example.net", "elena@example.net")
    with house.database.begin() as session:
        taken = claim(session, "dead", now=house.now, room={Lane.CAMPAIGN: 10})
        begun = pass_gate(session, [taken[0]], "dead", ring=house.ring, now=house.now)
    with house.database.begin() as session:
        assert settle_abandoned(session, now=house.now + LEASE / 2) == 0
        assert settle_abandoned(session, now=house.now + LEASE + timedelta(seconds=1)) == 2
        states = {row.id: row.state for row in session.scalars(select(Message).where(Message.mailing_id == mailing))}
    assert [message_id for message_id, state in states.items() if state == State.UNCERTAIN] == list(begun)
    assert sorted(states.values()) == [State.PENDING, State.UNCERTAIN]


@pytest.mark.parametrize(
    ("said", "epoch", "becomes"),
    [
        (Verdict.SENT, 7, State.UNCERTAIN),
        (Verdict.SENT, 1, State.SENT),
        (Verdict.DEFERRED, 1, State.DEFERRED),
        (Verdict.NOT_TRIED, 1, State.PENDING),
    ],
)
def test_what_a_worker_says_late_only_ends_doubt_about_its_own_claim(house: House, said: Verdict, epoch: int, becomes: State) -> None:
    mailing = letters(house, "ana@example.net")
    with house.database.begin() as session:
        taken = claim(session, "slow", now=house.now, room={Lane.CAMPAIGN: 10})
        pass_gate(session, [taken[0]], "slow", ring=house.ring, now=house.now)
    with house.database.begin() as session:
        settle_abandoned(session, now=house.now + LEASE + timedelta(seconds=1))
        record(session, [(taken[0]._replace(epoch=epoch), Reply(said))], "slow", ring=house.ring, now=house.now)
    assert rows_of(house, mailing)["ana@example.net"].state == becomes


def test_one_slow_reader_keeps_nobody_waiting(house: House) -> None:
    house.sink.slow_seconds = 12.0
    house.settings = replace(house.settings, mail_url=house.sink.url + "&connections=2")
    names = [f"ana{n}@example.net" for n in range(12)]
    mailing = letters(house, "slow@example.net", *names)
    send(house)
    arrived = {mail.recipient: mail.at for mail in house.sink.received}
    answered = arrived["slow@example.net"] + house.sink.slow_seconds
    assert [name for name in names if arrived[name] > answered] == []
    assert {row.state for row in rows_of(house, mailing).values()} == {State.SENT}


def test_a_stop_finishes_what_is_under_way_and_leaves_the_rest_untouched(house: House) -> None:
    house.sink.slow_seconds = 1.0
    house.settings = replace(house.settings, mail_url=house.sink.url + "&connections=2")
    mailing = letters(house, *(f"slow+{n}@example.net" for n in range(20)))

    async def stopped_early() -> None:
        sender = Sender(house.database, house.settings, house.ring)
        running = asyncio.create_task(sender.run())
        while not any(row.state == State.SENDING for row in rows_of(house, mailing).values()):
            await asyncio.sleep(0.02)
        sender.stop()
        await asyncio.wait_for(running, 20)

    with time_machine.travel(house.now, tick=True):
        asyncio.run(stopped_early())
    states = [row.state for row in rows_of(house, mailing).values()]
    assert State.UNCERTAIN not in states
    assert State.SENDING not in states
    assert states.count(State.SENT) == len(house.sink.received)
    assert State.PENDING in states


def test_what_comes_back_to_a_cancelled_mailing_says_so(house: House) -> None:
    mailing = letters(house, "ana@example.net")
    with house.database.begin() as session:
        session.execute(update(Mailing).where(Mailing.id == mailing).values(state="cancelled"))
    send(house)
    assert rows_of(house, mailing)["ana@example.net"].reason == Reason.CANCELLED


def test_b_13_who_leaves_while_a_mail_waits_for_its_turn_does_not_get_it(house: House) -> None:
    house.sink.slow_seconds = 1.5
    house.settings = replace(house.settings, mail_url=house.sink.url + "&connections=1")
    mailing = letters(house, "slow@example.net", "carla@example.net")

    async def carla_leaves_meanwhile() -> None:
        sender = Sender(house.database, house.settings, house.ring)
        sending = asyncio.create_task(sender.send_until_empty())
        while rows_of(house, mailing)["slow@example.net"].state != State.SENDING:
            await asyncio.sleep(0.02)
        with house.database.begin() as session:
            carla = session.scalars(select(Subscriber).where(Subscriber.email == "carla@example.net")).one()
            for place in session.scalars(select(Subscription).where(Subscription.subscriber_id == carla.id)):
                leave(session, place.id, method=LeaveMethod.ONE_CLICK, now=house.now)
        await sending
        await sender.close()

    with time_machine.travel(house.now, tick=True):
        asyncio.run(carla_leaves_meanwhile())
    assert rows_of(house, mailing)["carla@example.net"].reason == Reason.LEFT
    assert not house.sink.messages_to("carla@example.net")


def test_two_workers_never_take_the_same_message(house: House) -> None:
    letters(house, "ana@example.net", "elena@example.net", "bob@example.net")
    with house.database.begin() as session:
        first = {row.id for row in claim(session, "one", now=house.now, room={Lane.CAMPAIGN: 2})}
    with house.database.begin() as session:
        second = {row.id for row in claim(session, "two", now=house.now, room={Lane.CAMPAIGN: 9})}
    assert len(first) == 2
    assert len(second) == 1
    assert not first & second


def test_who_was_erased_meanwhile_gets_nothing(house: House) -> None:
    mailing = letters(house, "ana@example.net")
    with house.database.begin() as session:
        session.delete(session.scalars(select(Subscriber)).one())
    send(house)
    assert rows_of(house, mailing)["ana@example.net"].reason == Reason.ERASED
    assert not house.sink.messages_to("ana@example.net")


def test_a_shop_with_an_accent_in_its_domain_is_understood(house: House) -> None:
    mailing = letters(house, "ana@example.net")
    with house.database.begin() as session:
        session.scalars(select(Brand)).one().from_address = "hola@xn--cermica-jwa.example.net"
    send(house)
    assert rows_of(house, mailing)["ana@example.net"].state == State.SENT


def test_message_ids_stay_the_same_for_every_attempt(house: House) -> None:
    mailing = letters(house, "greylist@example.net")
    send(house)
    house.at(house.now + timedelta(minutes=10))
    send(house)
    (mail,) = house.sink.messages_to("greylist@example.net")
    row = rows_of(house, mailing)["greylist@example.net"]
    assert row.attempt == 2
    assert mail["Message-ID"].startswith(f"<m{row.id}.")
    with house.database.read() as session:
        assert session.get_one(Mailing, mailing).name == "Hola"


def test_a_mail_that_does_not_compile_fails_for_all_and_leaves_nobody_in_hand(house: House) -> None:
    mailing = letters(house, "ana@example.net", "elena@example.net")
    with house.database.begin() as session:
        session.execute(delete(Compilation))
        session.execute(update(Mailing).where(Mailing.id == mailing).values(kind=MailingKind.NOTICE, template="no-such-template"))
    send(house)
    assert {(row.state, row.reason, row.worker) for row in rows_of(house, mailing).values()} == {(State.FAILED, Reason.RENDERING, None)}


def test_only_what_the_ledger_took_counts_as_sent_in_its_minute(house: House) -> None:
    letters(house, "ana@example.net")
    with house.database.begin() as session:
        taken = claim(session, "slow", now=house.now, room={Lane.CAMPAIGN: 10})
        record(session, [(taken[0]._replace(epoch=7), Reply(Verdict.SENT))], "slow", ring=house.ring, now=house.now)
        assert list(session.scalars(select(SentMinute))) == []
