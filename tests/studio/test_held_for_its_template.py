"""Bruno's campaign is held before it leaves, because its mail cannot be written for many; its page says what, where and for whom."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from mailflow.campaigns.models import Campaign
from mailflow.foundation.accounts.models import User
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from tests.campaigns.test_b_26_rehearsal import BY_ZERO
from tests.house import House
from tests.studio.autumn import autumn, confirmed
from tests.studio.chromium import Window, chromium, served
from tests.studio.conftest import Visitor


@pytest.fixture
def house(studio: Flask, database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    """Ana, for whom the subject fails, and Berta, for whom it does not."""
    with autumn(database, settings, ring, now, ["elena", "berta1"], subject=f"Hola {BY_ZERO}") as made:
        yield made


@pytest.fixture
def page(house: House, bruno: Visitor) -> str:
    draft = confirmed(bruno)
    house.tick(2)
    return draft


def _text(bruno: Visitor, address: str) -> str:
    found = bruno.get(address).text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[found.index("<main") :])).split())


def test_the_page_names_no_readers_where_nobody_was_tried(bruno: Visitor, page: str, database: Database) -> None:
    with database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert campaign.rehearsed
        campaign.rehearsed = campaign.rehearsed | {"tried": 0, "failed": 0, "person": None, "where": "", "fields": []}
    text = _text(bruno, page)
    assert "so it was tried on nobody. Nobody has got it." in text
    assert "It failed for" not in text
    assert "too many of them" not in text


def test_the_page_says_what_fails_where_and_for_whom(bruno: Visitor, page: str) -> None:
    text = _text(bruno, page)
    assert "could not be written for too many of them. Nobody has got it." in text
    assert "In the subject “{{ 10 | divided_by: n }}” divides by zero." in text
    assert "It failed for 1 of the 2 readers it was tried on." in text
    assert "For example: elena@example.net First name Elena" in text


def test_it_says_so_in_spanish_too(house: House, bruno: Visitor, page: str) -> None:
    with house.database.begin() as session:
        session.query(User).one().language = "es"
    text = _text(bruno, page)
    assert "En el asunto «{{ 10 | divided_by: n }}» divide entre cero." in text
    assert "Falló con 1 de los 2 lectores con quienes se probó." in text


def test_sent_all_the_same_the_others_get_it(house: House, bruno: Visitor, page: str) -> None:
    bruno.post(f"{page}send-now")
    house.tick(4)
    assert "1 person got it" in _text(bruno, page)
    assert "not written: a personal tag failed" in _text(bruno, page)


def test_when_the_reader_is_gone_the_page_still_tells(house: House, bruno: Visitor, page: str) -> None:
    with house.database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.rehearsed = {**(campaign.rehearsed or {}), "person": 999}
    assert "divides by zero" in _text(bruno, page)
    assert "For example" not in _text(bruno, page)


@pytest.mark.browser
def test_the_page_is_whole_on_phones_and_desks_and_axe_finds_nothing(house: House, page: str, studio: Flask) -> None:
    with served(studio) as address, chromium() as browser:
        for language, width, theme in (("es", 390, "dark"), ("en", 1280, "light")):
            with house.database.begin() as session:
                session.query(User).one().language = language
            window = Window(browser, address, width=width, theme=theme)
            window.page.route("http://localhost:8000/**", lambda route: route.fulfill(status=204))  # the mail's pictures: no door here
            window.sign_in()
            window.open(page.removeprefix("/studio"))
            assert window.faults() == []
