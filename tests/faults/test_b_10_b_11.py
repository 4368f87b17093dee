"""B-10, B-11: a provider that asks for patience, and one that refuses us by its rules; nobody else is slowed by either."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from mailflow.audience.models import List, Subscriber, Subscription, Suppression
from mailflow.audience.words import SubscriptionState
from mailflow.delivery import rules
from mailflow.delivery.families import family_of
from mailflow.delivery.models import Bucket
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.upsert import insert_all
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Reason, State
from mailflow.scheduler import sender as loop
from mailflow.scheduler.sender import Sender
from tests.delivery.test_the_loop import letters, rows_of
from tests.faults.misbehaving import Manner, Misbehaving, misbehaving
from tests.faults.sizes import size
from tests.house import House
from tests.sink import Sink

GMAIL, OTHERS = size(120, 2500), size(240, 5000)
CONNECTIONS = 10
THROTTLED = b"450 4.7.28 Our system has detected an unusual rate of mail from your address"
MACHINES = pytest.mark.parametrize(
    ("database", "senders"), [("sqlite", 1), pytest.param("postgresql", 2, marks=pytest.mark.postgresql)], indirect=["database"]
)
BLOCKED = b"550 5.7.1 Our system has detected that this message is likely unsolicited mail"


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


class Provider:
    """One server for everybody, which answers the readers of Gmail as it is told, and notes when each was asked for."""

    def __init__(self) -> None:
        self.answer: bytes | None = None
        self.asked: list[tuple[float, str]] = []

    def rcpt(self, who: str) -> bytes:
        family = family_of(who.rpartition("@")[2])
        self.asked.append((time.monotonic(), family))
        return self.answer if self.answer and family == "google" else b"250 2.1.5 Ok"

    def count(self, family: str) -> int:
        return sum(one == family for _, one in self.asked)


Story = Callable[[House, Provider, Misbehaving], Awaitable[None]]


def play(house: House, story: Story, *, senders: int = 1, manner: Manner | None = None) -> Provider:
    """Senders at work before that server while the story is told; the clock runs on from the house's moment."""
    provider = Provider()

    async def scene() -> None:
        async with misbehaving(replace(manner or Manner(), rcpt=provider.rcpt)) as server:
            house.settings = replace(house.settings, mail_url=f"smtp://127.0.0.1:{server.port}?tls=none&connections={CONNECTIONS}")
            workers = [Sender(house.database, house.settings, house.ring) for _ in range(senders)]
            runs = [asyncio.create_task(one.run()) for one in workers]
            try:
                await asyncio.wait_for(story(house, provider, server), 60)
            finally:
                for one in workers:
                    one.stop()
                await asyncio.gather(*runs)

    with time_machine.travel(house.now, tick=True):
        asyncio.run(scene())
    return provider


def newsletter(house: House, addresses: Sequence[str]) -> int:
    """One letter to very many people, waiting to be sent; the first of them is Ana."""
    mailing_id = letters(house, "ana@ana.example.net", text="Hola")
    with house.database.begin() as session:
        same = {"tracking": "individual", "source": "test", "language": "es", "created_at": house.now, "confirmed_at": house.now}
        insert_all(session, Subscriber, [{"email": one, "email_key": one, **same} for one in addresses])
        people = list(session.scalars(select(Subscriber.id).where(Subscriber.email.in_(addresses)).order_by(Subscriber.id)))
        joined = {"list_id": session.scalars(select(List.id)).first(), "state": SubscriptionState.CONFIRMED, "asked_at": house.now}
        insert_all(session, Subscription, [{"subscriber_id": one, "confirmed_at": house.now, **joined} for one in people])
        enqueue(session, session.get_one(Mailing, mailing_id), list(map(Entry, people)), now=house.now)
    return mailing_id


def crowd(gmail: int, others: int) -> list[str]:
    """Readers of Gmail under both its names, and of two other providers, mixed."""
    mine = [f"ana{n}@{'gmail.com' if n % 3 else 'googlemail.com'}" for n in range(gmail)]
    rest = [f"elena{n}@{'hotmail.es' if n % 2 else 'panaderia.example.net'}" for n in range(others)]
    mixed = sorted([*enumerate(mine), *((n * gmail / others, one) for n, one in enumerate(rest))])
    return [one for _, one in mixed]


async def until(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen"
        await asyncio.sleep(0.02)


def bucket(house: House, provider: str = "google") -> Bucket | None:
    with house.database.read() as session:
        return session.scalars(select(Bucket).where(Bucket.provider == provider)).first()


def states(house: House, mailing: int) -> Counter[tuple[str, str, str]]:
    return Counter((family_of(one.provider), one.state, one.reason or "") for one in rows_of(house, mailing).values())


def settled(found: Counter[tuple[str, str, str]]) -> int:
    """How many of Google's were refused, or set aside."""
    return found["google", State.DEFERRED, Reason.PACED] + found["google", State.FAILED, Reason.POLICY]


@MACHINES
def test_b_11_a_provider_that_blocks_us_is_stopped_and_nobody_else(house: House, senders: int) -> None:
    mailing = newsletter(house, crowd(GMAIL, OTHERS))

    async def story(house: House, provider: Provider, server: Misbehaving) -> None:
        provider.answer = BLOCKED
        began = time.monotonic()
        await until(lambda: bool((found := bucket(house)) and found.until), "stopping")
        assert time.monotonic() - began < 10, "told too late"
        await until(lambda: len(server.taken) == OTHERS + 1, "everybody else's mail")
        await until(lambda: settled(states(house, mailing)) == GMAIL, "setting everybody aside")

    provider = play(house, story, senders=senders)
    assert provider.count("google") <= 20
    found = states(house, mailing)
    refused = found.pop(("google", State.FAILED, Reason.POLICY))
    assert refused == provider.count("google")
    assert found == {
        ("google", State.DEFERRED, Reason.PACED): GMAIL - refused,
        ("microsoft", State.SENT, ""): OTHERS // 2,
        ("panaderia.example.net", State.SENT, ""): OTHERS // 2,
        ("ana.example.net", State.SENT, ""): 1,
    }
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Suppression)) == 0


def unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Senders that mind no bucket."""
    monkeypatch.setattr(loop, "courtesy", lambda _session, **_: None)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_b_11_without_its_bucket_a_provider_refuses_everybody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    unprotected(monkeypatch)
    newsletter(house, crowd(60, 60))

    async def story(house: House, provider: Provider, server: Misbehaving) -> None:
        provider.answer = BLOCKED
        await until(lambda: provider.count("google") == 60 and len(server.taken) == 61, "the end")

    assert play(house, story).count("google") > 20


@dataclass
class Paces:
    """Readers asked for a second, before and after a provider asked for patience; how many it put off until we did."""

    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    put_off: int = 0


def paces(house: House, *, senders: int) -> Paces:
    """Gmail takes mail, then asks for patience and goes on asking; each mail takes a while, as it does in the world."""
    found = Paces()

    async def watch(provider: Provider, seconds: float) -> Counter[str]:
        first, began = len(provider.asked), time.monotonic()
        await asyncio.sleep(seconds)
        counted = Counter(family for _, family in provider.asked[first:])
        spent = time.monotonic() - began
        return Counter({family: count / spent for family, count in counted.items()})  # type: ignore[misc]  # a rate

    async def story(house: House, provider: Provider, server: Misbehaving) -> None:
        await until(lambda: len(server.taken) > 20, "the beginning")
        found.before = await watch(provider, 1.2)
        asked = provider.count("google")
        provider.answer = THROTTLED
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                while bucket(house) is None or not bucket(house).since:
                    await asyncio.sleep(0.005)
        found.put_off = provider.count("google") - asked
        await asyncio.sleep(0.1)  # what was under way
        found.after = await watch(provider, 1.2)

    play(house, story, senders=senders, manner=Manner(dot_after=0.1 * senders))
    return found


@MACHINES
def test_b_10_a_provider_that_asks_for_patience_gets_a_tenth_and_nobody_else(house: House, senders: int) -> None:
    mailing = newsletter(house, crowd(300, 600))
    found = paces(house, senders=senders)
    assert found.put_off <= 10 * senders + 3
    assert found.after["google"] <= found.before["google"] * 0.1 + 1
    for other in ("microsoft", "panaderia.example.net"):
        assert found.after[other] >= found.before[other] * 0.9
    slowed = bucket(house)
    assert slowed
    assert slowed.reason == Reason.THROTTLE
    recovered(house, mailing)


def recovered(house: House, mailing: int) -> None:
    """Ninety minutes later it takes everybody, at once."""
    house.at(house.now + rules.STEP * rules.STEPS + timedelta(minutes=1))
    waiting = sum(row.state != State.SENT for row in rows_of(house, mailing).values())
    assert waiting

    async def story(_house: House, _provider: Provider, server: Misbehaving) -> None:
        await until(lambda: len(server.taken) == waiting, "everybody's mail", 15)

    play(house, story)
    with house.database.read() as session:
        states = select(Message.state, func.count()).group_by(Message.state)
        assert dict(session.execute(states).all()) == {State.SENT: 901}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_b_10_without_its_bucket_a_provider_is_asked_as_often_as_before(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    unprotected(monkeypatch)
    newsletter(house, crowd(300, 600))
    found = paces(house, senders=1)
    assert found.after["google"] > found.before["google"] * 0.2
