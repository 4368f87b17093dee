"""Mail leaves over SMTP to a real server on loopback, and each try ends with the right word."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow.delivery.transports import connection, open_transport
from mailflow.delivery.transports.route import Patience, Route
from mailflow.delivery.transports.smtp import Pool
from mailflow.delivery.transports.words import Envelope, Reply, Verdict
from tests.sink import Sink

LETTER = b"From: Taller <hola@example.com>\r\nSubject: Hola\r\n\r\nUn saludo.\r\n"


def envelope(recipient: str, number: int = 1, content: bytes = LETTER) -> Envelope:
    return Envelope(number, "rebotes@example.com", recipient, content)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is late, which costs a connection: a matter of other tests."""
    monkeypatch.setattr(connection, "_LATE", 60.0)


def route_to(sink: Sink, **changes: object) -> Route:
    hasty = Patience(connect=2, banner=2, command=2, data=2, final_dot=2, away=0.2, drain=2)
    return replace(Route("127.0.0.1", sink.port, connections=4, patience=hasty), **changes)


def send_all(route: Route, envelopes: list[Envelope]) -> list[Reply]:
    async def work() -> list[Reply]:
        pool = Pool(route)
        try:
            return await asyncio.gather(*(pool.send(one) for one in envelopes))
        finally:
            await pool.close()

    return asyncio.run(work())


def with_pool(route: Route, story: Callable[[Pool], Awaitable[None]]) -> None:
    async def work() -> None:
        pool = Pool(route)
        try:
            await story(pool)
        finally:
            await pool.close()

    asyncio.run(work())


@pytest.mark.parametrize("pipelining", [True, False])
def test_ana_gets_the_letter_byte_for_byte(pipelining: bool) -> None:
    with Sink(pipelining=pipelining) as sink:
        [reply] = send_all(route_to(sink), [envelope("ana@example.net")])
        assert (reply.verdict, reply.code) == (Verdict.SENT, 250)
        [kept] = sink.received
        assert (kept.recipient, kept.sender, kept.content) == ("ana@example.net", "rebotes@example.com", LETTER)


def test_the_mail_url_leads_to_the_server(tmp_path: Path) -> None:
    async def work(url: str) -> Reply:
        transport = open_transport(url, home=tmp_path)
        reply = await transport.send(envelope("ana@example.net"))
        await transport.close()
        return reply

    with Sink() as sink:
        assert asyncio.run(work(sink.url)).verdict is Verdict.SENT
        assert len(sink.received) == 1


@pytest.mark.parametrize("pipelining", [True, False])
def test_three_hundred_letters_arrive_once_each_over_few_connections(pipelining: bool) -> None:
    people = [f"ana+{n}@example.net" for n in range(300)]
    with Sink(pipelining=pipelining) as sink:
        replies = send_all(route_to(sink), [envelope(who, n) for n, who in enumerate(people)])
        assert {reply.verdict for reply in replies} == {Verdict.SENT}
        assert sorted(one.recipient for one in sink.received) == sorted(people)
        assert sink.connections <= 4


@pytest.mark.parametrize("pipelining", [True, False])
def test_each_behaviour_gets_its_word_and_harms_no_neighbour(pipelining: bool) -> None:
    expected = {
        "tempfail": (Verdict.DEFERRED, "mailbox-temporary"),
        "permfail": (Verdict.FAILED, "hard-address"),
        "full": (Verdict.DEFERRED, "mailbox-temporary"),
        "throttle": (Verdict.DEFERRED, "throttle"),
        "policy": (Verdict.FAILED, "policy"),
        "greylist": (Verdict.DEFERRED, "throttle"),
        "drop-before-dot": (Verdict.DEFERRED, "network"),
        "drop-after-dot": (Verdict.UNCERTAIN, "interrupted"),
        "slow": (Verdict.SENT, ""),
        "ana": (Verdict.SENT, ""),
    }
    people = [f"{manner}+{n}@example.net" for n in range(5) for manner in expected]
    with Sink(pipelining=pipelining) as sink:
        sink.slow_seconds = 0.05
        replies = send_all(route_to(sink), [envelope(who, n) for n, who in enumerate(people)])
        for who, reply in zip(people, replies, strict=True):
            assert (who, reply.verdict, reply.reason) == (who, *expected[who.partition("+")[0]])
        taken = [one.recipient for one in sink.received]
        assert len(taken) == len(set(taken)) == 15


def test_a_greylisted_address_is_taken_the_second_time_and_the_wait_is_known() -> None:
    async def story(pool: Pool) -> None:
        first = await pool.send(envelope("greylist@example.net"))
        assert first.retry_after is not None
        assert first.retry_after.total_seconds() == 300
        assert (await pool.send(envelope("greylist@example.net"))).verdict is Verdict.SENT

    with Sink() as sink:
        with_pool(route_to(sink), story)


def test_with_the_server_away_every_waiting_letter_is_deferred_at_once() -> None:
    with Sink() as sink:
        sink.go_away()
        began = time.monotonic()
        replies = send_all(route_to(sink), [envelope(f"ana+{n}@example.net", n) for n in range(300)])
        assert {(reply.verdict, reply.reason) for reply in replies} == {(Verdict.DEFERRED, "network")}
        assert time.monotonic() - began < 1


def test_when_the_server_comes_back_letters_go_again() -> None:
    async def story(pool: Pool) -> None:
        assert (await pool.send(envelope("ana@example.net"))).verdict is Verdict.SENT
        await asyncio.to_thread(sink.go_away)
        assert (await pool.send(envelope("ana@example.net"))).verdict is Verdict.DEFERRED
        await asyncio.to_thread(sink.come_back)
        await asyncio.sleep(0.25)
        assert (await pool.send(envelope("ana@example.net"))).verdict is Verdict.SENT

    with Sink() as sink:
        with_pool(route_to(sink), story)
        assert len(sink.received) == 2


def test_a_connection_cut_while_idle_costs_no_letter() -> None:
    async def story(pool: Pool) -> None:
        assert (await pool.send(envelope("ana@example.net"))).verdict is Verdict.SENT
        await asyncio.to_thread(sink.go_away)
        await asyncio.to_thread(sink.come_back)
        assert (await pool.send(envelope("ana@example.net"))).verdict is Verdict.SENT

    with Sink() as sink:
        with_pool(route_to(sink), story)


def test_a_server_that_takes_no_new_connections_defers_with_its_own_words() -> None:
    with Sink() as sink:
        sink.refusing = True
        replies = send_all(route_to(sink), [envelope(f"ana+{n}@example.net", n) for n in range(20)])
        assert {reply.verdict for reply in replies} == {Verdict.DEFERRED}
        assert "No new connections" in replies[0].text


def test_a_server_going_away_in_the_middle_neither_loses_nor_doubles() -> None:
    async def story(pool: Pool) -> None:
        sends = [asyncio.create_task(pool.send(envelope(f"ana+{n}@example.net", n))) for n in range(400)]
        while len(sink.received) < 100:
            await asyncio.sleep(0.001)
        await asyncio.to_thread(sink.go_away)
        replies = await asyncio.gather(*sends)
        verdicts = {f"ana+{n}@example.net": reply.verdict for n, reply in enumerate(replies)}
        taken = [one.recipient for one in sink.received]
        assert len(taken) == len(set(taken))
        assert {who for who, verdict in verdicts.items() if verdict is Verdict.SENT} <= set(taken)
        assert {verdicts[who] for who in taken} <= {Verdict.SENT, Verdict.UNCERTAIN}
        assert sum(verdict is Verdict.UNCERTAIN for verdict in verdicts.values()) <= 4
        assert sum(verdict is Verdict.DEFERRED for verdict in verdicts.values()) > 100

    with Sink() as sink:
        with_pool(route_to(sink), story)


def test_a_silent_server_is_given_up_in_time_and_leaves_doubt_only_behind_the_dot() -> None:
    with Sink() as sink:
        sink.slow_seconds = 30
        began = time.monotonic()
        route = route_to(sink, connections=1, patience=Patience(command=0.3, final_dot=0.3, away=0.2))
        first, second = send_all(route, [envelope("slow@example.net"), envelope("ana@example.net")])
        assert (first.verdict, second.verdict) == (Verdict.UNCERTAIN, Verdict.SENT)
        assert time.monotonic() - began < 5


def test_a_connection_is_retired_after_its_share() -> None:
    with Sink() as sink:
        replies = send_all(route_to(sink, connections=1, messages_per_connection=10), [envelope("ana@example.net", n) for n in range(35)])
        assert {reply.verdict for reply in replies} == {Verdict.SENT}
        assert (len(sink.received), sink.connections) == (35, 4)


def test_an_idle_connection_is_closed() -> None:
    async def story(pool: Pool) -> None:
        await pool.send(envelope("ana@example.net"))
        await asyncio.sleep(0.6)
        assert sink.open_connections == 0
        assert (await pool.send(envelope("ana@example.net"))).verdict is Verdict.SENT

    with Sink() as sink:
        with_pool(route_to(sink, patience=Patience(idle=0.2)), story)


def test_closing_answers_what_is_under_way_and_hands_back_what_waits() -> None:
    async def work() -> list[Reply]:
        pool = Pool(route_to(sink, connections=1))
        sends = [asyncio.create_task(pool.send(envelope(f"slow+{n}@example.net", n))) for n in range(10)]
        while not sink.commands["DATA"]:
            await asyncio.sleep(0.01)
        await pool.close()
        return [*await asyncio.gather(*sends), await pool.send(envelope("ana@example.net"))]

    with Sink() as sink:
        sink.slow_seconds = 0.2
        replies = asyncio.run(work())
        sent = sum(reply.verdict is Verdict.SENT for reply in replies)
        assert sent == len(sink.received)
        assert 1 <= sent <= 2
        assert {reply.verdict for reply in replies} == {Verdict.SENT, Verdict.NOT_TRIED}


def test_closing_does_not_wait_for_a_server_that_never_greets() -> None:
    async def work() -> list[Reply]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            pool = Pool(Route("127.0.0.1", listening.getsockname()[1]))
            sends = [asyncio.create_task(pool.send(envelope("ana@example.net", n))) for n in range(30)]
            await asyncio.sleep(0.1)
            await pool.close()
        return await asyncio.gather(*sends)

    began = time.monotonic()
    assert {reply.verdict for reply in asyncio.run(work())} == {Verdict.NOT_TRIED}
    assert time.monotonic() - began < 2


def test_a_letter_whose_time_to_begin_has_passed_is_handed_back() -> None:
    with Sink() as sink:
        late = envelope("ana@example.net")._replace(begin_by=time.monotonic() - 0.001)
        [reply] = send_all(route_to(sink), [late])
        assert reply.verdict is Verdict.NOT_TRIED
        assert not sink.received
