"""A transport asks for the next message when a connection is free, tells of the dot before it leaves, and answers for each once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from mailflow.delivery.transports import connection
from mailflow.delivery.transports.route import Patience, Route
from mailflow.delivery.transports.sandbox import Sandbox
from mailflow.delivery.transports.smtp import Pool
from mailflow.delivery.transports.words import Envelope, Reply, Transport, Verdict
from tests.delivery.test_smtp import envelope, route_to
from tests.sink import Sink


class Desk:
    """Work that hands out a list of envelopes and writes down all it is told."""

    def __init__(self, *people: str) -> None:
        self.waiting = [envelope(who, number) for number, who in enumerate(people)]
        self.recipients = dict(enumerate(people))
        self.told: list[tuple[str, int | str]] = []
        self.replies: dict[int, Reply] = {}
        self.given_back: list[int] = []
        self.settled = asyncio.Event()
        self.may_leave = True

    def next(self, route: str) -> Envelope | None:
        self.told.append(("next", route))
        return self.waiting.pop(0) if self.waiting else None

    def dotting(self, message_id: int) -> bool:
        self.told.append(("dotting", message_id))
        return self.may_leave

    def answered(self, message_id: int, reply: Reply) -> None:
        self.told.append(("answered", message_id))
        if reply.verdict is Verdict.NOT_TRIED:
            self.given_back.append(message_id)
            self.waiting.append(envelope(self.recipients[message_id], message_id))
            return
        assert message_id not in self.replies
        self.replies[message_id] = reply
        if len(self.replies) == len(self.recipients):
            self.settled.set()

    def away(self, route: str, reply: Reply) -> None:
        self.told.append(("away", str(reply.reason)))

    def back(self, route: str) -> None:
        self.told.append(("back", route))

    def dotted_people(self) -> set[str]:
        return {self.recipients[int(number)] for event, number in self.told if event == "dotting"}

    def verdicts(self) -> dict[str, str]:
        return {self.recipients[number]: str(reply.verdict) for number, reply in self.replies.items()}


def tell(story: Callable[[Desk], Awaitable[None]], *people: str) -> None:
    async def work() -> None:
        await asyncio.wait_for(story(Desk(*people)), 20)

    asyncio.run(work())


async def settle(desk: Desk, transport: Transport) -> None:
    transport.wake(waiting=len(desk.waiting))
    await asyncio.wait_for(desk.settled.wait(), 10)
    await transport.close()


def test_each_message_is_asked_for_once_dotted_and_then_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_LATE", 60.0)  # a busy machine is late, which costs a connection: a matter of other tests
    people = [f"ana+{n}@example.net" for n in range(100)]

    async def story(desk: Desk) -> None:
        await settle(desk, Pool(route_to(sink), work=desk))
        for number in range(100):
            assert [what for what, who in desk.told if who == number] == ["dotting", "answered"]
        assert set(desk.verdicts().values()) == {"sent"}

    with Sink() as sink:
        tell(story, *people)
        assert sorted(one.recipient for one in sink.received) == sorted(people)
        assert sink.connections <= 4


def test_no_more_connections_are_opened_than_messages_wait() -> None:
    async def story(desk: Desk) -> None:
        await settle(desk, Pool(route_to(sink), work=desk))

    with Sink() as sink:
        tell(story, "ana@example.net")
        assert sink.connections == 1


def test_a_resting_route_asks_again_only_when_woken() -> None:
    async def story(desk: Desk) -> None:
        pool = Pool(route_to(sink), work=desk)
        pool.wake(waiting=1)
        await asyncio.wait_for(desk.settled.wait(), 5)
        await asyncio.sleep(0.1)
        desk.told.clear()
        await asyncio.sleep(0.3)
        assert desk.told == []
        desk.recipients[1], desk.waiting = "bruno@example.net", [envelope("bruno@example.net", 1)]
        desk.settled.clear()
        await settle(desk, pool)

    with Sink() as sink:
        tell(story, "ana@example.net")
        assert sink.connections == 1
        assert len(sink.received) == 2


def test_while_the_server_is_away_nothing_is_asked_for_and_then_everything_goes() -> None:
    async def story(desk: Desk) -> None:
        pool = Pool(route_to(sink), work=desk)
        await asyncio.to_thread(sink.go_away)
        pool.wake(waiting=3)
        await asyncio.sleep(0.3)
        assert {what for what, _ in desk.told} == {"away"}
        [health] = pool.health()
        assert (health.away, health.open, health.failure and health.failure.reason) == (True, 0, "network")
        await asyncio.to_thread(sink.come_back)
        await asyncio.wait_for(desk.settled.wait(), 5)
        assert ("back", "mail") in desk.told
        [health] = pool.health()
        assert (health.away, health.answers) == (False, {Verdict.SENT: 3})
        await pool.close()

    with Sink() as sink:
        tell(story, *(f"ana+{n}@example.net" for n in range(3)))


def test_a_server_that_restarts_puts_nobody_off() -> None:
    people = [f"slow+{n}@example.net" for n in range(40)]

    async def story(desk: Desk) -> None:
        pool = Pool(route_to(sink), work=desk)
        pool.wake(waiting=40)
        await asyncio.sleep(0.15)
        await asyncio.to_thread(sink.go_away)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(sink.come_back)
        await asyncio.wait_for(desk.settled.wait(), 10)
        assert set(desk.verdicts().values()) == {"sent", "uncertain"}
        assert list(desk.verdicts().values()).count("uncertain") <= 4
        await pool.close()

    with Sink() as sink:
        sink.slow_seconds = 0.05
        tell(story, *people)


def test_a_message_that_breaks_every_connection_is_put_off_after_three() -> None:
    people = ["ana@example.net", *(f"drop-before-dot+{n}@example.net" for n in range(2)), "bruno@example.net", "elena@example.net"]

    async def story(desk: Desk) -> None:
        await settle(desk, Pool(route_to(sink, connections=1), work=desk))
        assert desk.verdicts() == {who: "deferred" if who.startswith("drop") else "sent" for who in people}
        assert max(map(desk.given_back.count, desk.given_back)) <= 2

    with Sink() as sink:
        tell(story, *people)


def test_a_server_that_breaks_whatever_is_begun_counts_as_away() -> None:
    async def story(desk: Desk) -> None:
        pool = Pool(route_to(sink), work=desk)
        pool.wake(waiting=len(desk.waiting))
        await asyncio.sleep(1)
        assert ("away", "network") in desk.told
        assert sink.connections < 40
        assert len(desk.replies) < 20
        await pool.close()

    with Sink() as sink:
        tell(story, *(f"drop-before-dot+{n}@example.net" for n in range(60)))


def _closed_while_slow(desk: Desk, port: int) -> Awaitable[None]:
    async def story() -> None:
        patience = Patience(connect=2, banner=2, command=2, data=2, final_dot=2, drain=0.2)
        pool = Pool(Route("127.0.0.1", port, connections=1, patience=patience), work=desk)
        pool.wake(waiting=3)
        while "slow@example.net" not in desk.dotted_people():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        await pool.close()

    return story()


def test_closing_hands_back_what_was_begun_and_answers_what_was_dotted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_QUICK", 60.0)
    with Sink() as sink:
        sink.slow_seconds = 30

        async def story(desk: Desk) -> None:
            await _closed_while_slow(desk, sink.port)
            assert desk.verdicts() == {"elena@example.net": "sent", "slow@example.net": "uncertain"}
            assert desk.given_back == [2]

        tell(story, "elena@example.net", "slow@example.net", "ana@example.net")


def test_behind_a_connection_that_has_not_shown_to_be_quick_nobody_is_announced() -> None:
    with Sink() as sink:
        sink.slow_seconds = 30

        async def story(desk: Desk) -> None:
            await _closed_while_slow(desk, sink.port)
            assert desk.given_back == []
            assert [envelope.recipient for envelope in desk.waiting] == ["ana@example.net"]

        tell(story, "slow@example.net", "ana@example.net")


def test_b_13_who_was_announced_behind_a_mail_that_took_long_is_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_QUICK", 60.0)
    with Sink() as sink:
        sink.slow_seconds = 0.5

        async def story(desk: Desk) -> None:
            await settle(desk, Pool(route_to(sink, connections=1), work=desk))
            assert desk.given_back == [2]

        tell(story, "elena@example.net", "slow@example.net", "ana@example.net")


def test_a_connection_is_kept_open_for_many_and_shown_as_idle() -> None:
    async def story(desk: Desk) -> None:
        pool = Pool(route_to(sink), work=desk)
        pool.wake(waiting=len(desk.waiting))
        await asyncio.wait_for(desk.settled.wait(), 5)
        [health] = pool.health()
        assert (health.open, health.busy, health.idle) == (2, 0, 2)
        await pool.close()

    with Sink() as sink:
        tell(story, "ana@example.net", "bruno@example.net")


def test_what_cannot_be_noted_does_not_leave_and_goes_later() -> None:
    async def story(desk: Desk) -> None:
        desk.may_leave = False
        pool = Pool(route_to(sink), work=desk)
        pool.wake(waiting=1)
        while len(desk.given_back) < 3:
            await asyncio.sleep(0.01)
        assert sink.received == []
        desk.may_leave = True
        await settle(desk, pool)
        assert len(sink.received) == 1

    with Sink() as sink:
        tell(story, "ana@example.net")


def test_the_sandbox_asks_in_the_same_way(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        sandbox = Sandbox(tmp_path, work=desk)
        await settle(desk, sandbox)
        assert set(desk.verdicts().values()) == {"sent"}
        assert [what for what, who in desk.told if who == 7] == ["dotting", "answered"]

    tell(story, *(f"ana+{n}@example.net" for n in range(50)))
    assert len(list((tmp_path / "inbox").iterdir())) == 50
