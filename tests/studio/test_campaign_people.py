"""Bruno looks at who got a campaign, who did not and why, one by one."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape

import pytest
from flask import Flask

from mailflow.foundation.accounts.models import User
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox import roll
from mailflow.studio.pages.campaigns import people
from tests.house import House
from tests.studio.autumn import autumn, confirmed
from tests.studio.chromium import Window, chromium, served
from tests.studio.conftest import Visitor

CAST = ("ana", "berta", "permfail", "policy", "throttle", "drop-after-dot")


@pytest.fixture
def house(studio: Flask, database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    """A campaign to six people, tried once for everybody."""
    with autumn(database, settings, ring, now, CAST) as made:
        yield made


@pytest.fixture
def page(house: House, bruno: Visitor) -> str:
    draft = confirmed(bruno)
    house.tick(4)
    return f"{draft}people"


def _told(bruno: Visitor, address: str) -> list[str]:
    """Who is on the page, and what is said of each."""
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', bruno.get(address).text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", unescape(row)).split()) for row in rows]


def _who(bruno: Visitor, address: str) -> list[str]:
    return sorted(row.split("@")[0] for row in _told(bruno, address))


def test_each_group_holds_its_people_with_the_servers_words(bruno: Visitor, page: str) -> None:
    assert _who(bruno, page) == sorted(CAST)
    assert _who(bruno, f"{page}?state=sent") == ["ana", "berta"]
    assert _who(bruno, f"{page}?state=waiting") == ["throttle"]
    assert _who(bruno, f"{page}?state=uncertain") == ["drop-after-dot"]
    failed = " / ".join(_told(bruno, f"{page}?state=failed"))
    assert "policy@example.net Failed refused by the provider's rules Message blocked for policy reasons" in failed
    assert "permfail@example.net Failed the address does not exist any more" in failed


def test_reasons_are_offered_with_their_numbers_and_narrow_the_list(bruno: Visitor, page: str) -> None:
    text = unescape(bruno.get(f"{page}?state=failed").text)
    assert "Refused by the provider's rules (1)" in text
    assert _who(bruno, f"{page}?state=failed&reason=policy") == ["policy"]
    assert _who(bruno, f"{page}?reason=throttle") == ["throttle"]
    assert _who(bruno, f"{page}?reason=whim") == sorted(CAST)


def test_part_of_an_address_finds_it(bruno: Visitor, page: str) -> None:
    assert _who(bruno, f"{page}?who=ERT") == ["berta"]
    assert _who(bruno, f"{page}?who=nobody") == []


def test_pages_lead_on_to_everybody_and_back_to_the_beginning(bruno: Visitor, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PAGE", 4)
    first = bruno.get(page).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    address = unescape(following[1]).removeprefix("/studio")
    assert sorted(_who(bruno, page) + _who(bruno, address)) == sorted(CAST)
    assert "From the beginning" in bruno.get(address).text
    assert "From the beginning" not in first


def test_a_search_among_very_many_says_so_and_goes_on(bruno: Visitor, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll, "WINDOW", 2)
    monkeypatch.setattr(people, "_SEARCH_SECONDS", -1.0)
    address, seen = f"{page}?who=drop", 0
    while "Not found yet" in (text := bruno.get(address).text):
        following = re.search(r'rel="next" href="([^"]+)"', text)
        assert following
        assert "Look further" in text
        address, seen = unescape(following[1]).removeprefix("/studio"), seen + 1
    assert seen == 2
    assert _who(bruno, address) == ["drop-after-dot"]


def test_an_address_somebody_made_up_begins_at_the_beginning(bruno: Visitor, page: str) -> None:
    assert _who(bruno, f"{page}?after=whatever") == sorted(CAST)


@pytest.mark.browser
def test_the_page_is_whole_on_phones_and_desks_and_axe_finds_nothing(house: House, page: str, studio: Flask) -> None:
    with served(studio) as address, chromium() as browser:
        for language, width, theme in (("es", 390, "dark"), ("en", 1280, "light")):
            with house.database.begin() as session:
                session.query(User).one().language = language
            window = Window(browser, address, width=width, theme=theme)
            window.sign_in()
            window.open(f"{page.removeprefix('/studio')}?state=failed")
            assert window.faults() == []
