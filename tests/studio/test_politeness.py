"""Bruno sees which providers are written to slowly, why and until when; he lets one go on, limits another, and learns why one paused."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from mailflow.campaigns.models import Campaign
from mailflow.delivery.models import Bucket, ProviderLimit
from mailflow.foundation.accounts.models import User
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State
from tests.house import House
from tests.studio.autumn import autumn, confirmed
from tests.studio.chromium import Window, chromium, served
from tests.studio.conftest import Visitor
from tests.studio.test_delivery import WELL, _told

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
THROTTLED, BLOCKED = "450 4.7.28 unusual rate of mail", "550 5.7.1 likely unsolicited mail"


@pytest.fixture
def house(studio: Flask, database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    """Ana, Berta and Elena are to get a newsletter; Outlook asks for patience, Gmail refuses us."""
    with autumn(database, settings, ring, now, ["ana", "berta", "elena"], written=now - timedelta(days=1)) as made:
        with database.begin() as session:
            session.add_all(
                [
                    Bucket(
                        sender="example.com", provider="google", reason="policy", words=BLOCKED, usual=600, slow=6, since=now,
                        until=now + timedelta(hours=4), struck_at=now,
                    ),
                    Bucket(
                        sender="example.com", provider="microsoft", reason="throttle", words=THROTTLED, usual=600, slow=60, since=now,
                        struck_at=now,
                    ),
                    ProviderLimit(provider="orange", per_minute=6, connections=2),
                ]
            )  # fmt: skip
        yield made


@pytest.fixture
def campaign(house: House, bruno: Visitor) -> str:
    draft = confirmed(bruno)
    house.tick(1)
    return draft


def text_of(bruno: Visitor, page: str = "/delivery/") -> str:
    found = bruno.get(page).text
    return " ".join(
        unescape(re.sub(r"<script.*?</script>|<svg.*?</svg>|<[^>]+>", " ", found[found.index("<main") :], flags=re.DOTALL)).split()
    )


def speak(house: House, language: str) -> None:
    with house.database.begin() as session:
        session.execute(update(User).values(language=language))


@ON_SQLITE
def test_each_provider_says_how_it_is_why_and_until_when(house: House, bruno: Visitor) -> None:
    page = text_of(bruno)
    assert "Gmail Stopped Refuses us by its rules since 13:00. Nothing goes there until 17:00; then a few, to see." in page
    assert BLOCKED in page
    assert (
        "Outlook, Hotmail Slow Asks for patience since 13:00. 60 a minute for now, more every quarter of an hour; as before at 14:30."
        in page
    )
    assert "Orange Limited by you At most 6 a minute. At most 2 under way at once." in page


@ON_SQLITE
def test_the_dashboard_says_what_needs_a_person(house: House, bruno: Visitor, campaign: str) -> None:
    with house.database.begin() as session:
        row = session.scalars(select(Campaign)).one()
        row.state, row.reason = "paused", "policy-blocks"
    page = text_of(bruno, "/")
    assert "Gmail refuses our mail." in page
    assert "Outlook, Hotmail refuses" not in page
    assert "“Otoño” is paused by itself." in page


@ON_SQLITE
def test_a_sender_at_work_makes_the_stop_the_first_thing_said(house: House, bruno: Visitor, campaign: str) -> None:
    _told(house, WELL)
    assert "Gmail refuses our mail by its rules, and is left alone for now." in text_of(bruno)
    speak(house, "es")
    page = text_of(bruno)
    assert "Gmail rechaza nuestro correo por sus reglas; por ahora se le deja en paz." in page
    assert "Despacio Pide paciencia desde 13:00." in page


def test_go_on_now_lets_everybody_set_aside_take_their_turn(house: House, bruno: Visitor, campaign: str) -> None:
    with house.database.begin() as session:
        aside = {"state": State.DEFERRED, "reason": Reason.PACED, "due_at": house.now + timedelta(hours=4)}
        ids = list(session.scalars(select(Message.id).where(Message.mailing_id == session.scalars(select(Campaign.mailing_id)).one())))
        session.execute(update(Message).where(Message.id.in_(ids[:2])).values(**aside, provider="gmail.com"))
        session.execute(update(Message).where(Message.id == ids[2]).values(**aside, provider="hotmail.es"))
    button = re.search(r'formaction="([^"]+/go-on/[^"]+/google)"', bruno.get("/delivery/").text)
    assert button
    address = button[1]
    assert bruno.get(address).status_code == 405
    assert "Gmail is written to as before." in unescape(bruno.post(address, follow_redirects=True).text)
    assert "That was over already." in bruno.post(address, follow_redirects=True).text
    with house.database.read() as session:
        assert set(session.scalars(select(Bucket.provider))) == {"microsoft"}
        due = session.scalars(select(Message.provider).where(Message.id.in_(ids), Message.due_at <= house.now)).all()
        assert due == ["gmail.com", "gmail.com"]


@ON_SQLITE
def test_a_limit_is_set_changed_and_taken_away(house: House, bruno: Visitor) -> None:
    kept = bruno.post("/delivery/limits", {"provider": "ana@gmail.com", "per_minute": "120", "connections": ""}, follow_redirects=True).text
    assert "Gmail is written to within this limit now." in kept
    bruno.post("/delivery/limits", {"provider": "GMAIL", "per_minute": "60", "connections": "3"})
    bruno.post("/delivery/limits/orange/remove")
    bruno.post("/delivery/limits/orange/remove")
    with house.database.read() as session:
        rows = session.execute(select(ProviderLimit.provider, ProviderLimit.per_minute, ProviderLimit.connections)).all()
    assert rows == [("google", 60, 3)]
    assert "Gmail 60 3" in text_of(bruno, "/delivery/limits")


@ON_SQLITE
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"provider": "nobody", "per_minute": "1"}, "Write a domain, such as example.com"),
        ({"provider": "-a.-b", "per_minute": "1"}, "Write a domain, such as example.com"),
        ({"provider": "192.168.0.1", "per_minute": "1"}, "Write a domain, such as example.com"),
        ({"provider": "gmail.com", "per_minute": "0"}, "Write a whole number from 1 to 1,000,000, or nothing."),
        ({"provider": "gmail.com", "connections": "-3"}, "Write a whole number from 1 to 500, or nothing."),
        ({"provider": "gmail.com", "per_minute": "9" * 5000}, "Write a whole number from 1 to 1,000,000, or nothing."),
        ({"provider": "gmail.com", "per_minute": "٣"}, "Write a whole number"),
        ({}, "Write a domain"),
    ],
)
def test_what_cannot_be_a_limit_is_told_and_stays_typed(house: House, bruno: Visitor, typed: dict[str, str], said: str) -> None:
    answer = bruno.post("/delivery/limits", typed)
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert all(f'value="{text}"' in answer.text for text in typed.values())


@ON_SQLITE
def test_a_campaign_that_was_braked_says_why_on_both_pages_until_it_goes_on(house: House, bruno: Visitor, campaign: str) -> None:
    with house.database.begin() as session:
        row = session.scalars(select(Campaign)).one()
        row.state, row.reason = "paused", "hard-bounces"
        row.braked = {"why": "hard-bounces", "count": 12, "settled": 200, "at": house.now.isoformat(), "known": {}}
    words = "Paused by itself: of 200 mails, 12 went to addresses that do not exist."
    assert words in text_of(bruno)
    assert words in text_of(bruno, campaign)
    speak(house, "es")
    assert "Pausada sola: de 200 correos, 12 iban a direcciones que no existen." in text_of(bruno)
    bruno.post(f"{campaign}resume")
    assert "Pausada sola" not in text_of(bruno)


@ON_SQLITE
@pytest.mark.browser
def test_the_pages_are_whole_on_phones_and_desks_and_axe_finds_nothing(house: House, bruno: Visitor, studio: Flask) -> None:
    with served(studio) as address, chromium() as browser:
        for language, width, theme in (("es", 390, "dark"), ("en", 1280, "light")):
            speak(house, language)
            window = Window(browser, address, width=width, theme=theme)
            window.sign_in()
            for page in ("/delivery/", "/delivery/limits"):
                window.open(page)
                assert window.faults() == []
