"""Which way a message takes, who stands in while a server is away, and what a file of routes may say."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.delivery.transports import open_transport
from mailflow.delivery.transports.choice import Way, choose
from mailflow.delivery.transports.fleet import Fleet
from mailflow.delivery.transports.routes import read_routes
from mailflow.delivery.transports.smtp import Pool
from mailflow.delivery.transports.words import Verdict
from tests.delivery.test_pulling import Desk
from tests.delivery.test_smtp import envelope, route_to
from tests.sink import Sink

FILE = """
[gmail]
url = "smtp://127.0.0.1:2601?tls=none&connections=5"
recipients = ["gmail.com", "googlemail.com"]
stand_in = "mail"

[pottery]
url = "smtp://127.0.0.1:2602?tls=none"
senders = ["ceramica.example.com", "*.barro.example.com"]
stand_in = "spare"

[spare]
url = "smtp://127.0.0.1:2603?tls=none"
recipients = []

[mail]
stand_in = "spare"
"""


@pytest.fixture
def ways(tmp_path: Path) -> list[Way]:
    (tmp_path / "routes.toml").write_text(FILE)
    return list(read_routes(tmp_path / "routes.toml"))


@pytest.mark.parametrize(
    ("sender", "recipient", "away", "route"),
    [
        ("example.com", "gmail.com", "", "gmail"),
        ("ceramica.example.com", "gmail.com", "", "gmail"),
        ("ceramica.example.com", "example.net", "", "pottery"),
        ("taller.barro.example.com", "example.net", "", "pottery"),
        ("barro.example.com", "example.net", "", "mail"),
        ("example.com", "example.net", "", "mail"),
        ("example.com", "gmail.com", "gmail", "mail"),
        ("example.com", "gmail.com", "gmail mail", "spare"),
        ("example.com", "gmail.com", "gmail mail spare", "gmail"),
        ("ceramica.example.com", "example.net", "pottery", "spare"),
        ("example.com", "example.net", "gmail pottery", "mail"),
    ],
)
def test_a_message_takes_the_first_way_that_is_its_own_or_its_stand_in(
    ways: list[Way], sender: str, recipient: str, away: str, route: str
) -> None:
    assert choose(ways, sender, recipient, away.split()) == route


NAMES = st.sampled_from(["a", "b", "c", "d"])
DOMAINS = st.sampled_from(["example.com", "shop.example.com", "example.net", "gmail.com"])
LISTS = st.lists(DOMAINS | DOMAINS.map("*.{}".format), max_size=2).map(tuple)
SOME_WAYS = st.lists(st.builds(Way, NAMES, LISTS, LISTS, NAMES | st.just("")), max_size=4, unique_by=lambda way: way.name)
LAST = st.builds(Way, st.just("mail"), stand_in=NAMES | st.just(""))


@given(SOME_WAYS, LAST, DOMAINS, DOMAINS, st.sets(NAMES | st.just("mail")))
def test_there_is_always_a_way_and_it_is_away_only_if_its_own_is(
    ways: list[Way], last: Way, sender: str, recipient: str, away: set[str]
) -> None:
    every = [*ways, last]
    own = choose(every, sender, recipient, ())
    route = choose(every, sender, recipient, away)
    assert route in {way.name for way in every}
    assert next(way for way in every if way.name == own).takes(sender, recipient)
    if own not in away:
        assert route == own
    if route in away:
        assert route == own
    assert choose(every, sender, recipient, away) == route


@pytest.mark.parametrize(
    "text",
    [
        "[",
        'gmail = "smtp://x"',
        '[Gmail]\nurl = "smtp://x"\nrecipients = ["gmail.com"]',
        '[gmail]\nrecipients = ["gmail.com"]',
        '[gmail]\nurl = "smtp://x"',
        '[gmail]\nurl = "smtp://x"\nrecipients = "gmail.com"',
        '[gmail]\nurl = "smtp://x"\nrecipients = ["ana@gmail.com"]',
        '[gmail]\nurl = "smtp://x"\nrecipients = ["gmail.com"]\nstand_in = "nobody"',
        '[gmail]\nurl = "smtp://x"\nrecipients = ["gmail.com"]\nstand_in = "gmail"',
        '[gmail]\nurl = "smtp://x"\nrecipients = ["gmail.com"]\ncolour = "red"',
        '[gmail]\nurl = "pigeon://x"\nrecipients = ["gmail.com"]',
        '[mail]\nurl = "smtp://x"',
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "routes.toml").write_text(text)
    with pytest.raises(ValueError, match=r"^The (mail route|file of mail routes|mail URL).*\.$"):
        open_transport("sandbox:", home=tmp_path, routes=str(tmp_path / "routes.toml"))


def test_a_missing_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot be read\.$"):
        open_transport("sandbox:", home=tmp_path, routes=str(tmp_path / "none.toml"))


class Sorting(Desk):
    """A desk with a pile for each route, sorted anew when a route goes away, as the sender does."""

    fleet: Fleet

    def next(self, route: str):  # type: ignore[no-untyped-def]
        for place, one in enumerate(self.waiting):
            if self.fleet.choose(one.sender, one.recipient) == route:
                return self.waiting.pop(place)
        return None

    def away(self, route: str, reply) -> None:  # type: ignore[no-untyped-def]
        super().away(route, reply)
        self.fleet.wake()


def test_each_recipient_goes_by_her_route_and_by_its_stand_in_while_it_is_away() -> None:
    async def story(first: Sink, second: Sink) -> None:
        desk = Sorting("ana@gmail.com", "bruno@example.net", "elena@gmail.com")
        gmail, rest = Way("gmail", recipients=("gmail.com",), stand_in="mail"), Way("mail")
        desk.fleet = Fleet({gmail: Pool(route_to(first), work=desk, name="gmail"), rest: Pool(route_to(second), work=desk)})
        desk.fleet.wake()
        await asyncio.wait_for(desk.settled.wait(), 5)
        assert sorted(one.recipient for one in first.received) == ["ana@gmail.com", "elena@gmail.com"]
        await asyncio.to_thread(first.go_away)
        await asyncio.sleep(0.1)
        desk.settled.clear()
        desk.recipients[3], desk.waiting = "fidel@gmail.com", [envelope("fidel@gmail.com", 3)]
        desk.fleet.wake()
        await asyncio.wait_for(desk.settled.wait(), 5)
        assert sorted(one.recipient for one in second.received) == ["bruno@example.net", "fidel@gmail.com"]
        assert [health.away for health in desk.fleet.health()] == [True, False]
        await desk.fleet.close()

    with Sink() as first, Sink() as second:
        asyncio.run(story(first, second))


def test_without_work_of_its_own_a_fleet_sends_by_the_stand_in_too(tmp_path: Path) -> None:
    async def story(first: Sink, second: Sink) -> None:
        (tmp_path / "r.toml").write_text(f'[gmail]\nurl = "{first.url}"\nrecipients = ["gmail.com"]\nstand_in = "mail"\n')
        fleet = open_transport(second.url, home=tmp_path, routes=str(tmp_path / "r.toml"))
        await asyncio.to_thread(first.go_away)
        assert (await fleet.send(envelope("ana@gmail.com"))).verdict is Verdict.SENT
        await fleet.close()
        assert [one.recipient for one in second.received] == ["ana@gmail.com"]

    with Sink() as first, Sink() as second:
        asyncio.run(story(first, second))
