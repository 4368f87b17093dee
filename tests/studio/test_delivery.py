"""Bruno watches mails go out: how fast, what servers say no to, who waits, and what he may do about it."""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import func, select, update

from mailflow.campaigns.models import Campaign
from mailflow.delivery.models import ProviderFlow, SentMinute, Worker
from mailflow.delivery.telling import tell_worker
from mailflow.delivery.transports.words import Health
from mailflow.foundation.accounts.models import User
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State
from mailflow.scheduler.sender import Sender
from mailflow.studio.pages.delivery import meaning
from tests.house import House
from tests.studio.autumn import autumn, confirmed
from tests.studio.chromium import Window, chromium, served
from tests.studio.conftest import Visitor

ROOT = Path(__file__).resolve().parents[2]
CAST = ("ana", "throttle", "throttle+2", "permfail", "drop-after-dot", "full")


@pytest.fixture
def house(studio: Flask, database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    """A shop whose people's servers behave as their addresses say, with one newsletter, all sequences' mails gone."""
    with autumn(database, settings, ring, now, CAST, written=now - timedelta(days=1)) as made:
        yield made


@pytest.fixture
def campaign(house: House, bruno: Visitor) -> str:
    """The address of a campaign to everybody, confirmed; nothing has left yet."""
    return confirmed(bruno)


@pytest.fixture
def sent(house: House, campaign: str) -> str:
    """The same, tried once for everybody."""
    house.tick(4)
    return campaign


def _told(house: House, *routes: Health, name: str = "one", held: str = "", at: datetime | None = None) -> None:
    """A sender told of itself."""
    at = at or house.now
    with house.database.begin() as session:
        tell_worker(session, name, started=at, in_hand=0, held=held, routes=routes, now=at)


def _text(bruno: Visitor) -> str:
    """The page's main part as its reader sees it."""
    page = bruno.get("/delivery/").text
    words = re.sub(r"<script.*?</script>|<svg.*?</svg>|<[^>]+>", " ", page[page.index("<main") :], flags=re.DOTALL)
    return " ".join(unescape(words).split())


WELL = Health("mail", "smtp.example.com:587", 3, 1)


def test_with_nothing_to_send_the_page_says_so_and_offers_a_campaign(house: House, bruno: Visitor) -> None:
    with house.database.begin() as session:
        session.execute(update(Message).values(state="sent"))
    _told(house, WELL)
    page = _text(bruno)
    assert "Nothing to send right now." in page
    assert "Nothing waits to be sent." in page
    assert "New campaign" in page
    assert 'aria-current="page"' in bruno.get("/delivery/").text.partition(">Delivery</a>")[0][-400:]


def test_a_campaign_in_the_middle_shows_its_figures_and_leads_to_its_verbs(house: House, bruno: Visitor, sent: str) -> None:
    _told(house, WELL)
    page = _text(bruno)
    assert "One mailing is going out." in page
    assert "Accepted 1 of 6" in page
    assert "Put off 3 tried again by themselves" in page
    assert "Failed 1" in page
    assert "In doubt 1 you decide" in page
    raw = bruno.get("/delivery/").text
    assert f'formaction="{sent}pause"' in raw
    assert f'href="{sent}sure/cancel"' in raw


def test_the_pages_buttons_pause_and_go_on(house: House, bruno: Visitor, sent: str) -> None:
    _told(house, WELL)
    bruno.post(f"{sent}pause")
    assert "One campaign is paused." in _text(bruno)
    assert f'formaction="{sent}resume"' in bruno.get("/delivery/").text


def test_failed_conversations_stand_by_reason_with_words_and_what_to_do(house: House, bruno: Visitor, sent: str) -> None:
    page = _text(bruno)
    assert "The address does not exist any more 1 time" in page
    assert str(meaning.REASONS["hard-address"]) in page
    assert "550 The email account that you tried to reach does not exist" in page
    assert str(meaning.REASONS["throttle"]) in page
    assert "permfail@" not in page


def test_put_off_people_stand_by_reason_and_provider(house: House, bruno: Visitor, sent: str) -> None:
    page = _text(bruno)
    assert "The provider asks for patience Otoño example.net 2" in page
    assert "Mailbox full or away Otoño example.net 1" in page


def test_providers_stand_with_what_they_took_refused_and_said_last(house: House, bruno: Visitor, sent: str) -> None:
    page = _text(bruno)
    assert "Provider How it is Accepted Put off Refused Its last no example.net Well" in page
    figures = page.partition("Its last no example.net Well ")[2].split()[:3]
    with house.database.read() as session:
        taken = session.scalar(select(func.sum(ProviderFlow.sent)))
    assert figures == [str(taken), "3", "1"]


def test_try_now_makes_exactly_those_due_and_a_second_click_says_so(house: House, bruno: Visitor, sent: str) -> None:
    button = re.search(r'formaction="([^"]+/throttle)"', bruno.get("/delivery/").text)
    assert button
    before = house.sink.commands["RCPT"]
    assert "2 people are tried again now." in unescape(bruno.post(button[1], follow_redirects=True).text)
    assert "Nobody was waiting for that any more." in bruno.post(button[1], follow_redirects=True).text
    with house.database.read() as session:
        due = set(session.scalars(select(Message.address).where(Message.due_at <= house.now, Message.state == "deferred")))
    assert due == {"throttle@example.net", "throttle+2@example.net"}
    house.tick(2)
    assert before <= house.sink.commands["RCPT"]
    with house.database.read() as session:
        tries = session.scalars(select(Message.attempt).where(Message.address == "throttle@example.net")).all()
    assert 2 in tries


def test_try_now_needs_the_forms_word_and_a_reason_there_is(house: House, bruno: Visitor, sent: str) -> None:
    assert bruno.post("/delivery/hurry/1/whatever").status_code == 404
    assert bruno.client.post("/delivery/hurry/1/throttle").status_code == 403
    assert bruno.get("/delivery/hurry/1/throttle").status_code == 405


def test_people_in_doubt_lead_to_the_page_where_it_is_decided(house: House, bruno: Visitor, sent: str) -> None:
    assert "1 person in doubt" in _text(bruno)
    raw = bruno.get("/delivery/").text
    assert re.search(rf'id="decide-\d+" href="{sent}"', raw)
    assert f'href="{sent}people?state=uncertain"' in raw


def test_without_a_sender_it_says_how_to_start_one(house: House, bruno: Visitor, campaign: str) -> None:
    page = _text(bruno)
    assert "No sender is running, so nothing leaves." in page
    assert "mailflow worker" in page


def test_a_server_that_is_away_is_named_with_the_next_try(house: House, bruno: Visitor, campaign: str) -> None:
    """A real sender meets a server that does not listen, and tells of it."""
    house.sink.go_away()
    house.tick(2)

    async def meets() -> None:
        sender = Sender(house.database, house.settings, house.ring)
        await sender.send_until_empty()
        sender._renew()
        with house.database.begin() as session:  # a copy that outlives the sender's good end
            row = session.scalars(select(Worker)).one()
            session.add(Worker(name="kept", started_at=row.started_at, seen_at=row.seen_at, in_hand=0, held="", routes=row.routes))
        await sender.close()

    with time_machine.travel(house.now, tick=False):
        with house.database.begin() as session:
            session.execute(update(Message).where(Message.state == "deferred").values(due_at=house.now))
        asyncio.run(meets())
    page = _text(bruno)
    assert f"The mail server 127.0.0.1:{house.sink.port} cannot be reached" in page
    assert "It has been away since 13:00." in page
    assert "tried again" in page
    assert "Away since 13:00" in page


def test_no_room_on_disk_and_a_silent_sender_are_said(house: House, bruno: Visitor, campaign: str) -> None:
    _told(house, WELL, held="disk")
    assert "The disk has no room, so nothing leaves." in _text(bruno)
    _told(house, WELL, at=house.now - timedelta(seconds=11))
    page = _text(bruno)
    assert "Gone silent" in page
    assert "No sender is running" in page


def test_of_several_senders_each_says_where_it_runs_and_what_holds_it(house: House, bruno: Visitor, campaign: str) -> None:
    _told(house, WELL, name="north-17-ab12cd")
    _told(house, WELL, name="south-shop-4-0a1b2c", held="copied")
    page = _text(bruno)
    assert "from north Well" in page
    assert "from south-shop Begins nothing The sender begins nothing: its data folder is a copy, or another database's." in page


def test_the_rate_is_of_the_last_sixty_seconds_and_tells_the_end(house: House, bruno: Visitor, campaign: str) -> None:
    house.tick(1)
    with house.database.begin() as session:
        mailing_id = session.scalars(select(Campaign.mailing_id)).one()
        session.add(SentMinute(minute=house.now - timedelta(minutes=1), mailing_id=mailing_id, count=212))
    _told(house, WELL)
    page = _text(bruno)
    assert "212 mails a minute." in page or "213 mails a minute." in page
    assert "The figures" in page


def test_every_state_and_reason_has_its_sentence_on_the_page_and_in_both_guides() -> None:
    assert set(meaning.STATES) == set(State)
    assert set(meaning.REASONS) == set(Reason)
    po = read_po((ROOT / "mailflow/studio/translations/es/LC_MESSAGES/messages.po").read_bytes().splitlines(keepends=True))
    english, spanish = (" ".join((ROOT / name).read_text("utf-8").split()) for name in ("docs/en/delivery.md", "docs/es/entrega.md"))
    for word, lazy in (*meaning.STATES.items(), *meaning.REASONS.items()):
        text = lazy._args[0]
        assert f"| `{word}` |" in english
        assert text in english, word
        assert f"| `{word}` |" in spanish
        assert po.get(text).string in spanish, word


@pytest.mark.browser
def test_the_page_renews_itself_and_axe_finds_nothing(house: House, bruno: Visitor, studio: Flask, sent: str) -> None:
    _told(house, WELL)
    with house.database.begin() as session:
        mailing_id = session.scalars(select(Campaign.mailing_id)).one()
        session.add(SentMinute(minute=house.now - timedelta(minutes=3), mailing_id=mailing_id, count=212))
        session.query(User).one().language = "es"
    with served(studio) as address, chromium() as browser:
        window = Window(browser, address)
        window.sign_in()
        window.open("/delivery/")
        assert window.faults() == []
        window.page.focus("[id^=pause-]")
        with house.database.begin() as session:
            session.add(SentMinute(minute=house.now - timedelta(minutes=1), mailing_id=mailing_id, count=1212))
        window.page.locator("#going", has_text="1.213").wait_for(timeout=9000)
        assert window.page.evaluate("document.activeElement.id").startswith("pause-")
        assert window.page.locator("#minutes svg").count() > 0
        for width, theme in ((390, "light"), (1280, "dark")):
            other = Window(browser, address, width=width, theme=theme)
            other.sign_in()
            other.open("/delivery/")
            assert other.faults() == []
