"""B-08: a server may misbehave as it likes; everybody ends in the right state, nobody hangs, no other server's mail waits for it."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from mailflow.delivery.outlet import Reply
from mailflow.delivery.transports.route import Patience, Route, Tls
from mailflow.delivery.transports.smtp import Pool
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from tests.delivery.test_pulling import Desk
from tests.delivery.test_smtp_safety import certificate
from tests.faults.ledger import Settled, recorded
from tests.faults.misbehaving import ALL, Manner, Misbehaving, misbehaving
from tests.faults.sizes import size

PEOPLE = size(24, 500)
HASTY = Patience(connect=0.6, banner=0.6, command=0.6, data=0.6, final_dot=0.6, away=0.1, drain=0.5)
"""The product's patience, scaled: ten minutes for the dot are 0.6 seconds."""


@dataclass
class Case:
    """One misbehaving server, the sender's desk before it, and a well-behaved neighbour with as many people."""

    server: Misbehaving
    desk: Desk
    pool: Pool

    async def settled(self, seconds: float = 20) -> None:
        await asyncio.wait_for(self.desk.settled.wait(), seconds * PEOPLE / 24)

    async def away(self) -> Reply:
        """Wait until the server counts as away; the reason."""
        async with asyncio.timeout(10):
            while not self.pool.health()[0].away:
                await asyncio.sleep(0.01)
        failure = self.pool.health()[0].failure
        assert failure
        return failure

    def behave(self) -> None:
        self.server.manner = Manner()


Story = Callable[[Case], Awaitable[None]]


class Bench:
    """Plays a case and looks at what stands in the ledger afterwards."""

    def __init__(self, database: Database, ring: Ring, now: datetime) -> None:
        self.database, self.ring, self.now = database, ring, now
        self.taken: list[str] = []
        self.contents: dict[str, bytes] = {}
        self.rows: Settled = {}
        self.suppressed = 0

    def play(self, manner: Manner, story: Story, *, people: list[str] | None = None, content: bytes = b"", **route: object) -> None:
        people = people or [f"ana+{n}@example.net" for n in range(PEOPLE)]
        replies = asyncio.run(asyncio.wait_for(self._play(manner, story, Desk(*people), content, route), 60 * PEOPLE / 24))
        assert len(self.taken) == len(set(self.taken)), "somebody got it twice"
        self.rows, self.suppressed = recorded(self.database, self.ring, self.now, replies)

    async def _play(self, manner: Manner, story: Story, desk: Desk, content: bytes, options: dict[str, object]) -> dict[str, Reply]:
        if content:
            desk.waiting = [one._replace(content=content) for one in desk.waiting]
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(misbehaving(manner))
            good = await stack.enter_async_context(misbehaving(Manner()))
            route = replace(Route("127.0.0.1", server.port, connections=4, patience=HASTY), **options)  # type: ignore[arg-type]
            pool = Pool(route, work=desk)
            neighbours = Desk(*(f"bruno+{n}@example.com" for n in range(PEOPLE)))
            beside = Pool(Route("127.0.0.1", good.port, connections=4, patience=HASTY), work=neighbours)
            pool.wake(waiting=len(desk.waiting))
            beside.wake(waiting=PEOPLE)
            await asyncio.wait_for(neighbours.settled.wait(), 5 * PEOPLE / 24)
            assert set(neighbours.verdicts().values()) == {"sent"}
            await story(Case(server, desk, pool))
            began = time.monotonic()
            await asyncio.gather(pool.close(), beside.close())
            assert time.monotonic() - began < 2
            self.taken, self.contents = server.taken, server.contents
        return {desk.recipients[number]: reply for number, reply in desk.replies.items()}

    def all_are(self, state: str, reason: str = "") -> None:
        assert set(self.rows.values()) == {(state, reason)}
        assert len(self.rows) == PEOPLE


@pytest.fixture
def bench(database: Database, ring: Ring, now: datetime) -> Bench:
    return Bench(database, ring, now)


async def to_the_end(case: Case) -> None:
    await case.settled()


def away_with(reason: str, *, then_behaves: bool = True) -> Story:
    """Nobody is even asked for while it is so; once it behaves, everybody gets it."""

    async def story(case: Case) -> None:
        reply = await case.away()
        assert reply.reason == reason
        assert {what for what, _ in case.desk.told} == {"away"}
        if then_behaves:
            case.behave()
            await case.settled()

    return story


def test_b_08_01_a_banner_421_makes_everybody_wait_and_nobody_be_put_off(bench: Bench) -> None:
    bench.play(Manner(banner=b"421 4.7.0 too many connections"), away_with("throttle"))
    bench.all_are("sent")


def test_b_08_02_a_banner_554_makes_everybody_wait(bench: Bench) -> None:
    bench.play(Manner(banner=b"554 5.7.1 no mail from your network"), away_with("policy"))
    bench.all_are("sent")
    assert bench.suppressed == 0


def test_b_08_03_a_banner_that_never_comes_makes_everybody_wait(bench: Bench) -> None:
    bench.play(Manner(silent="banner"), away_with("network"))
    bench.all_are("sent")


def test_b_08_04_a_banner_of_garbage_makes_everybody_wait(bench: Bench) -> None:
    bench.play(Manner(banner=b"\x00\xff\x16\x03\x01 garbage"), away_with("network"))
    bench.all_are("sent")


def test_b_08_05_a_server_that_knows_only_helo_gets_everything(bench: Bench) -> None:
    bench.play(Manner(ehlo=b"502 5.5.1 what is EHLO"), to_the_end)
    bench.all_are("sent")


def test_b_08_06_a_server_without_extensions_gets_everything(bench: Bench) -> None:
    bench.play(Manner(extensions=()), to_the_end)
    bench.all_are("sent")


def test_b_08_07_a_tls_handshake_that_fails_makes_everybody_wait_and_nothing_is_said_in_plain_text(bench: Bench) -> None:
    async def story(case: Case) -> None:
        await away_with("network", then_behaves=False)(case)
        assert "MAIL" not in case.server.verbs

    bench.play(Manner(extensions=("STARTTLS", *ALL)), story, tls=Tls.STARTTLS)
    assert bench.rows == {}


def test_b_08_08_an_expired_certificate_makes_everybody_wait(bench: Bench, tmp_path: Path) -> None:
    context, authority = certificate(tmp_path, days=-1)

    async def story(case: Case) -> None:
        reply = await case.away()
        assert "expired" in reply.text
        assert "MAIL" not in case.server.verbs

    bench.play(Manner(extensions=("STARTTLS", *ALL), tls=context), story, tls=Tls.STARTTLS, authorities=authority)
    assert bench.rows == {}


@pytest.mark.parametrize("answer", [b"535 5.7.8 Username and Password not accepted", b"454 4.7.0 Temporary authentication failure"])
def test_b_08_09_a_refused_sign_in_makes_everybody_wait_and_locks_no_account(bench: Bench, answer: bytes) -> None:
    async def story(case: Case) -> None:
        reply = await case.away()
        assert reply.reason == "sender-fault"
        await asyncio.sleep(0.5)
        assert case.server.verbs.count("AUTH") <= 4  # one for each connection that was being opened

    bench.play(Manner(extensions=("AUTH PLAIN", *ALL), auth=answer), story, user="ana", password="otro")
    assert bench.rows == {}


def test_b_08_10_a_421_to_mail_puts_off_a_few_and_then_the_server_counts_as_away(bench: Bench) -> None:
    async def story(case: Case) -> None:
        assert (await case.away()).reason == "throttle"
        assert len(case.desk.replies) <= 10
        case.behave()
        await case.settled()

    bench.play(Manner(mail=b"421 4.7.0 try again later"), story)
    assert set(bench.rows.values()) == {("sent", ""), ("deferred", "throttle")}


def test_b_08_11_a_message_too_large_fails_for_its_content(bench: Bench) -> None:
    bench.play(Manner(mail=b"552 5.3.4 Message size exceeds fixed limit"), to_the_end)
    bench.all_are("failed", "content")
    assert bench.suppressed == 0


@pytest.mark.parametrize(
    "answer", [b"450 4.7.1 Greylisted, please try again in 300 seconds", b"451 4.7.1 Greylisting in action, come back later"]
)
def test_b_08_12_greylisting_puts_off_and_costs_no_address(bench: Bench, answer: bytes) -> None:
    bench.play(Manner(rcpt=lambda _: answer), to_the_end)
    bench.all_are("deferred", "throttle")
    assert bench.suppressed == 0


def test_b_08_13_an_unknown_user_fails_and_the_address_is_given_up(bench: Bench) -> None:
    bench.play(Manner(rcpt=lambda _: b"550 5.1.1 The email account that you tried to reach does not exist"), to_the_end)
    bench.all_are("failed", "hard-address")
    assert bench.suppressed == PEOPLE


@pytest.mark.parametrize("answer", [b"452 4.2.2 The recipient's inbox is out of storage space", b"552 5.2.2 Mailbox over quota"])
def test_b_08_14_a_full_mailbox_is_waited_for(bench: Bench, answer: bytes) -> None:
    bench.play(Manner(rcpt=lambda _: answer), to_the_end)
    bench.all_are("deferred", "mailbox-temporary")
    assert bench.suppressed == 0


POLICY = [
    b"550 5.7.1 Message blocked for policy reasons",
    b"550 5.7.26 This mail is unauthenticated, and has been blocked",
    b"550 5.7.515 Access denied, sending domain example.com does not meet the required authentication level",
]


@pytest.mark.parametrize("answer", POLICY)
def test_b_08_15_a_policy_fails_the_message_and_costs_no_address(bench: Bench, answer: bytes) -> None:
    bench.play(Manner(rcpt=lambda _: answer), to_the_end)
    bench.all_are("failed", "policy")
    assert bench.suppressed == 0


MIXED = {
    "ana": (b"250 2.1.5 Ok", ("sent", "")),
    "bruno": (b"450 4.7.1 Greylisted", ("deferred", "throttle")),
    "carla": (b"550 5.7.1 Message blocked for policy reasons", ("failed", "policy")),
    "dario": (b"550 5.1.1 User unknown", ("failed", "hard-address")),
    "elena": (b"452 4.2.2 Mailbox full", ("deferred", "mailbox-temporary")),
    "fidel": (b"421 4.7.28 unusual rate of mail", ("deferred", "throttle")),
}


def test_b_08_16_each_recipient_has_her_own_answer(bench: Bench) -> None:
    people = [f"{who}+{n}@example.net" for n in range(PEOPLE // len(MIXED)) for who in MIXED]
    bench.play(Manner(rcpt=lambda who: MIXED[who.partition("+")[0]][0]), to_the_end, people=people)
    assert bench.rows == {who: MIXED[who.partition("+")[0]][1] for who in people}
    assert bench.suppressed == PEOPLE // len(MIXED)


def test_b_08_17_a_close_in_the_middle_of_a_small_message_leaves_doubt(bench: Bench) -> None:
    bench.play(Manner(read_of_content=10), to_the_end)
    bench.all_are("uncertain", "interrupted")
    assert bench.taken == []


def test_b_08_17_a_close_while_bytes_were_still_ours_leaves_none(bench: Bench) -> None:
    people = [f"ana+{n}@example.net" for n in range(3)]
    large = b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 6_000_000
    bench.play(Manner(read_of_content=10), to_the_end, people=people, content=large, connections=1, messages_per_connection=1)
    assert set(bench.rows.values()) == {("deferred", "network")}


def test_b_08_18_a_close_after_the_dot_leaves_doubt_and_nobody_is_written_to_twice(bench: Bench) -> None:
    bench.play(Manner(dot=lambda _: None), to_the_end)
    bench.all_are("uncertain", "interrupted")
    assert len(bench.taken) == PEOPLE


def test_b_08_19_a_close_after_the_dot_with_nothing_stored_leaves_the_same_doubt(bench: Bench) -> None:
    bench.play(Manner(dot=lambda _: None, keeps=False), to_the_end)
    bench.all_are("uncertain", "interrupted")
    assert bench.taken == []


def test_b_08_20_a_dot_answered_after_eleven_minutes_leaves_doubt_and_costs_no_address(bench: Bench) -> None:
    bench.play(Manner(dot_after=0.66), to_the_end, connections=24)
    bench.all_are("uncertain", "interrupted")
    assert bench.suppressed == 0


def test_b_08_20_a_dot_answered_after_eight_minutes_is_sent(bench: Bench) -> None:
    bench.play(Manner(dot_after=0.2), to_the_end, connections=24)
    bench.all_are("sent")


def test_b_08_21_a_421_after_some_messages_puts_off_one_for_each_connection(bench: Bench) -> None:
    bench.play(Manner(each=5, then=b"421 4.7.28 unusual rate of mail"), to_the_end)
    words = list(bench.rows.values())
    assert set(words) == {("sent", ""), ("deferred", "throttle")}
    assert words.count(("deferred", "throttle")) <= PEOPLE // 5
    assert bench.suppressed == 0


def test_b_08_22_a_silent_close_after_some_messages_loses_and_puts_off_nobody(bench: Bench) -> None:
    bench.play(Manner(each=5, then=None), to_the_end)
    bench.all_are("sent")
    assert len(bench.taken) == PEOPLE


def test_b_08_23_replies_of_many_lines_or_odd_bytes_are_understood(bench: Bench) -> None:
    said = {
        "many-lines": b"250-2.1.5 one\r\n250-2.1.5 two\r\n250 2.1.5 three",
        "contradicts": b"250-2.1.5 Ok\r\n550 5.1.1 User unknown",
        "not-utf-8": b"550 5.1.1 Usuario \xf1o\xf1o: user unknown",
    }
    people = [f"{who}+{n}@example.net" for n in range(PEOPLE // 3) for who in said]
    bench.play(Manner(rcpt=lambda who: said[who.partition("+")[0]]), to_the_end, people=people)
    expected = {"many-lines": ("sent", ""), "contradicts": ("failed", "hard-address"), "not-utf-8": ("failed", "hard-address")}
    assert bench.rows == {who: expected[who.partition("+")[0]] for who in people}


def test_b_08_23_an_endless_reply_puts_off_before_the_dot_and_leaves_doubt_after_it(bench: Bench) -> None:
    people = [f"{who}+{n}@example.net" for n in range(3) for who in ("before", "after", "ana", "elena")]
    endless = b"250-" + b"x" * 80_000
    manner = Manner(
        rcpt=lambda who: endless if who.startswith("before") else b"250 Ok",
        dot=lambda who: endless if who.startswith("after") else b"250 Ok",
    )
    bench.play(manner, to_the_end, people=people)
    expected = {"before": ("deferred", "network"), "after": ("uncertain", "interrupted"), "ana": ("sent", ""), "elena": ("sent", "")}
    assert bench.rows == {who: expected[who.partition("+")[0]] for who in people}


def test_b_08_24_codes_that_are_missing_or_contradict_kill_nobody(bench: Bench) -> None:
    said = {
        "none": (b"550 Go away", ("failed", "unknown")),
        "waits": (b"550 4.2.1 Try me another day", ("deferred", "mailbox-temporary")),
        "kills": (b"450 5.1.1 No such user", ("deferred", "mailbox-temporary")),
        "empty": (b"550", ("failed", "unknown")),
        "odd": (b"450 9.9.9 what", ("deferred", "mailbox-temporary")),
    }
    people = [f"{who}+{n}@example.net" for n in range(PEOPLE // 5) for who in said]
    bench.play(Manner(rcpt=lambda who: said[who.partition("+")[0]][0]), to_the_end, people=people)
    assert bench.rows == {who: said[who.partition("+")[0]][1] for who in people}
    assert bench.suppressed == 0


def test_b_08_25_a_server_that_says_a_byte_at_a_time_gets_everything_while_each_answer_comes_in_time(bench: Bench) -> None:
    bench.play(Manner(drip=0.002), to_the_end, connections=24)
    bench.all_are("sent")


def test_b_08_25_a_tarpit_is_given_up_in_time(bench: Bench) -> None:
    async def story(case: Case) -> None:
        assert (await case.away()).reason == "network"
        assert {what for what, _ in case.desk.told} == {"away"}

    bench.play(Manner(drip=0.06), story)


def test_b_08_26_a_server_that_resets_makes_everybody_wait(bench: Bench) -> None:
    bench.play(Manner(resets=True), away_with("network"))
    bench.all_are("sent")


def test_b_08_26_a_black_hole_makes_everybody_wait(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as hole:  # connects, and is never accepted; later ones do not even connect
        bench.play(Manner(), away_with("network", then_behaves=False), port=hole.getsockname()[1])
    assert bench.rows == {}


def test_b_08_26_a_name_that_does_not_exist_makes_everybody_wait(bench: Bench) -> None:
    bench.play(Manner(), away_with("network", then_behaves=False), host="nobody.invalid")
    assert bench.rows == {}


def test_b_08_26_what_the_next_server_says_of_names_is_believed(bench: Bench) -> None:
    said = {
        "servfail": (b"451 4.4.3 Temporary DNS failure: SERVFAIL", ("deferred", "network")),
        "null": (b"556 5.1.10 Recipient address has null MX", ("failed", "hard-address")),
        "nxdomain": (b"550 5.1.2 Host unknown: domain does not exist", ("failed", "hard-address")),
    }
    people = [f"{who}+{n}@example.net" for n in range(PEOPLE // 3) for who in said]
    bench.play(Manner(rcpt=lambda who: said[who.partition("+")[0]][0]), to_the_end, people=people)
    assert bench.rows == {who: said[who.partition("+")[0]][1] for who in people}


def test_b_08_27_a_server_that_loses_pipelined_commands_gets_everything_one_by_one(bench: Bench) -> None:
    bench.play(Manner(drops_pipelined=True), to_the_end)
    bench.all_are("sent")


@pytest.mark.parametrize("pipelining", [True, False])
def test_where_chunking_is_offered_the_content_goes_as_one_chunk_byte_for_byte(bench: Bench, pipelining: bool) -> None:
    extensions = ("CHUNKING", *(ALL if pipelining else ALL[1:]))
    content = b"Subject: x\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n"
    bench.play(Manner(extensions=extensions), to_the_end, content=content)
    bench.all_are("sent")
    assert set(bench.contents.values()) == {content}


def test_a_chunk_that_is_never_answered_leaves_doubt_about_one_for_each_connection(bench: Bench) -> None:
    async def story(case: Case) -> None:
        await asyncio.sleep(0.8)
        case.behave()
        await case.settled()

    bench.play(Manner(extensions=("CHUNKING", *ALL), silent="dot"), story)
    words = list(bench.rows.values())
    assert set(words) == {("sent", ""), ("uncertain", "interrupted")}
    assert words.count(("uncertain", "interrupted")) <= 8
