"""The frame in a real Chromium, under its strict policy: nothing to complain of, and the behaviours people need."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from playwright.sync_api import Browser

from mailflow.campaigns.models import Campaign
from mailflow.foundation.accounts import make_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from tests.mailed import SENT_AT, mailing, message
from tests.studio.chromium import Window, chromium, served

pytestmark = pytest.mark.browser
LETTER = "/inbox/00000000000000007-7.eml"
HOSTILE = "/inbox/00000000000000008-8.eml"
HEAD = "From: Casa Olivo <hola@example.net>\r\nTo: ana@example.net\r\nSubject: Confirma\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
MAIL = '<html lang="es"><head><title>Hola</title></head><body><main><h1>Hola</h1><a href="LINK">Confirmar</a>MORE</main></body></html>'
SCRIPT = '<script>document.title = "ran"; top.location = "https://evil.example.com"</script>'
PATHS = ("/", "/settings/", "/settings/account", "/settings/keys", "/inbox/", LETTER, f"{LETTER}?as=desktop", f"{LETTER}?as=text")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def address(studio: Flask, database: Database, settings: Settings, now: datetime) -> Iterator[str]:
    """The studio of a shop that has sent a campaign, so that the dashboard draws its chart, and keeps one mail."""
    with database.begin() as session:
        make_api_key(session, "Pedidos", now=now)
        session.add(Campaign(name="Aceite nuevo", state="sent", created_at=now, started_at=now, finished_at=now))
    (settings.home / "inbox").mkdir()
    with served(studio) as where:
        for name, more in ((LETTER, ""), (HOSTILE, SCRIPT)):
            mail = HEAD + MAIL.replace("LINK", f"{where}/sign-in").replace("MORE", more)
            (settings.home / name[1:]).write_text(mail, "utf-8", newline="")
        yield where


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_no_page_gives_axe_or_the_console_anything_to_say(browser: Browser, address: str, width: int, theme: str) -> None:
    window = Window(browser, address, width=width, theme=theme)
    window.open("/sign-in")
    faults = {"/sign-in": window.faults()}
    window.sign_in()
    for path in PATHS:
        window.open(path)
        faults[path] = window.faults()
    assert not any(faults.values()), faults


def test_the_chart_is_drawn_under_the_strict_policy(browser: Browser, address: str) -> None:
    window = Window(browser, address)
    window.sign_in()
    window.page.wait_for_selector("[data-chart] svg text")
    assert "confirmed" in window.page.inner_text("[data-chart]")
    assert window.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_chart_of_a_few_counts_in_whole_numbers_and_its_words_stand_apart(
    browser: Browser, address: str, database: Database, width: int
) -> None:
    """Two opened, one clicked and one machine came: two of the three lines end at the same height."""
    with database.begin() as session:
        made = mailing(session, "Pocos")
        for key in (1, 2):
            later = SENT_AT + timedelta(hours=key)
            clicked = later if key == 1 else None
            message(session, made.id, key, opened_at=later, clicked_at=clicked, machine_opened_at=clicked)
        session.add(Campaign(name="Pocos", mailing_id=made.id, state="sent", created_at=SENT_AT, finished_at=SENT_AT))
        session.flush()
        path = f"/reports/{made.source_id + 1}"
    window = Window(browser, address, width=width)
    window.sign_in()
    window.open(path)
    window.page.wait_for_selector("[data-chart] svg text")
    boxes = {one.text_content() or "": one.bounding_box() for one in window.page.locator("[data-chart] svg text").all()}
    assert {word for word in boxes if word[:1].isdigit() and " " not in word} == {"0", "1", "2"}
    ends = [box for word, box in boxes.items() if box and ("open" in word or "click" in word or "machine" in word)]
    assert len(ends) == 3
    tops = sorted(box["y"] for box in ends)
    assert min(lower - upper for upper, lower in pairwise(tops)) >= 12


def test_the_theme_switch_is_remembered_by_the_next_page(browser: Browser, address: str) -> None:
    window = Window(browser, address)
    window.sign_in()
    window.page.click("[data-theme-switch]")
    window.open("/settings/")
    assert window.page.get_attribute("html", "data-bs-theme") == "dark"


def test_on_a_phone_the_menu_opens_and_escape_closes_it(browser: Browser, address: str) -> None:
    window = Window(browser, address, width=390)
    window.sign_in()
    assert not window.page.is_visible("#menu")
    window.page.click("[data-menu]")
    assert window.page.is_visible("#menu")
    assert window.faults() == []
    window.page.keyboard.press("Escape")
    assert not window.page.is_visible("#menu")


def test_a_dangerous_button_asks_first_and_does_it_then(browser: Browser, address: str) -> None:
    window = Window(browser, address)
    window.sign_in()
    window.open("/settings/keys")
    window.page.click('text="End" >> nth=0')
    assert window.page.is_visible("text=End the key «Pedidos»?")
    assert window.faults() == []
    window.page.click("dialog >> text=Go back")
    assert window.page.is_visible("text=Works")
    window.page.click('text="End" >> nth=0')
    window.page.click("dialog[open] .btn-danger")
    window.page.wait_for_selector("text=The key has ended")


def test_in_a_mail_links_open_and_nothing_runs(browser: Browser, address: str) -> None:
    window = Window(browser, address)
    window.sign_in()
    window.open(HOSTILE)
    mail = window.page.frame_locator("iframe")
    with window.page.context.expect_page() as opened:
        mail.locator("text=Confirmar").click()
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(address)
    assert window.page.url == f"{address}{HOSTILE}"
    assert any("script" in said for said in window.complaints)  # the browser says what it refused to run
