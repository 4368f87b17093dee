"""The demo's shop: a click of a letter ends in an order there; nobody else's installation has it."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import func, select
from werkzeug.test import Client

from mailflow.audience.first_start import first_start
from mailflow.audience.models import List, Subscriber
from mailflow.audience.words import DEMO
from mailflow.content.checks import check
from mailflow.content.compile import compile as compile_mail
from mailflow.content.examples import example
from mailflow.content.words import Source
from mailflow.demo.storefront import PATH, PIECES, storefront
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose, Token
from mailflow.offers.models import Code, Offer
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Link, Message
from mailflow.outbox.words import MailingKind, State
from mailflow.tracking.hits import arrival
from mailflow.tracking.models import Order
from preference_center import create_app
from tests.mailed import record_hits
from tests.public.public_door import Clock

SHOP = f"http://localhost:8000{PATH}/"


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def browser(database: Database, settings: Settings, ring: Ring, clock: Clock, now: datetime) -> Client:
    with database.begin() as session:
        first_start(session, now=now)
        ana = Subscriber(email="ana@example.net", email_key="ana@example.net", source=DEMO, created_at=now, confirmed_at=now)
        ana.tracking = "individual"
        session.add(ana)
    return Client(create_app(database, settings, ring, clock=clock, more=(storefront,)))


def _orders(database: Database) -> list[Order]:
    with database.read() as session:
        return list(session.scalars(select(Order)))


def _basket(browser: Client, path: str = "", **typed: object) -> dict[str, object]:
    page = browser.get(f"{PATH}/{path}{'&' if '?' in path else '?'}lang=en").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    chosen = re.findall(r'name="piece" value="([^"]+)" checked', page)
    code = re.search(r'name="code"[^>]* value="([^"]*)"', page)
    return {"form_token": token[1], "piece": chosen, "email": "ana@example.net", "code": code[1] if code else "", **typed}


def _a_letter_clicked(database: Database, now: datetime) -> int:
    """Ana got a letter and clicked in it; the number of the message."""
    with database.begin() as session:
        one = session.scalars(select(List)).one()
        facts = {"list_id": one.id, "brand_id": one.brand_id}
        mailing = open_mailing(session, kind=MailingKind.CAMPAIGN, source_id=1, name="Otoño", now=now, due_at=now, **facts)
        enqueue(session, mailing, [Entry(session.scalars(select(Subscriber.id)).one())], now=now)
        message = session.scalars(select(Message)).one()
        message.state, message.sent_at = State.SENT, now
        session.add(Link(mailing_id=mailing.id, number=1, url=f"{SHOP}fuente-lucena"))
        session.flush()
        later = now + timedelta(minutes=5)
        clicked = arrival(Token(message.id, 1), Purpose.CLICK, now=later, agent="Mozilla/5.0 Firefox/140.0")
        assert record_hits(session, [clicked]) == [f"{SHOP}fuente-lucena"]
        return message.id


def test_an_order_counts_for_the_letter_she_clicked_in(browser: Client, database: Database, clock: Clock, now: datetime) -> None:
    clicked_in = _a_letter_clicked(database, now)
    clock.forward(minutes=10)
    answer = browser.post(f"{PATH}/", data=_basket(browser, "fuente-lucena"))
    assert answer.status_code == 303
    (order,) = _orders(database)
    assert (order.amount, order.currency, order.message_id) == (3400, "EUR", clicked_in)
    assert order.reference in browser.get(answer.location).text
    with database.read() as session:
        assert session.scalar(select(Message.revenue)) == 3400


def test_the_code_in_the_address_goes_with_the_order(browser: Client, database: Database) -> None:
    browser.post(f"{PATH}/", data=_basket(browser, "jarra-almazara?code=ANA-7K4Q"))
    (order,) = _orders(database)
    assert (order.code, order.code_result) == ("ANA-7K4Q", "unknown")


@pytest.mark.parametrize(("piece", "paid"), [("jarra-almazara", 2800), ("washed-linen", 3780)])
def test_a_good_code_takes_its_percents_off_from_its_minimum_on(
    browser: Client, database: Database, now: datetime, piece: str, paid: int
) -> None:
    with database.begin() as session:
        offer = Offer(slug="first", name={}, kind="percent", value=10, minimum=4000, days=30, conditions={}, created_at=now)
        session.add(offer)
        session.flush()
        ana = session.scalars(select(Subscriber.id)).one()
        session.add(Code(offer_id=offer.id, subscriber_id=ana, text="ANA-7K4Q", issued_at=now, ends_at=now + timedelta(days=30)))
    browser.post(f"{PATH}/", data=_basket(browser, f"{piece}?code=ana-7k4q"))
    (order,) = _orders(database)
    assert order.amount == paid


def test_a_button_pressed_twice_orders_once(browser: Client, database: Database) -> None:
    basket = _basket(browser)
    browser.post(f"{PATH}/", data=basket)
    browser.post(f"{PATH}/", data=basket)
    (order,) = _orders(database)
    assert order.amount == sum(piece.price for piece in PIECES)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "ana"}, "Write your e-mail address"),
        ({"piece": []}, "Choose at least one piece"),
        ({"form_token": "x" * 36}, "open for too long"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_ordered(browser: Client, database: Database, typed: dict[str, object], words: str) -> None:
    answer = browser.post(f"{PATH}/?lang=en", data=_basket(browser, **typed))
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert _orders(database) == []


def test_looking_orders_nothing(browser: Client, database: Database, ring: Ring) -> None:
    token = ring.mint.make(Purpose.FORM, 1)
    for path in ("", "fuente-lucena", "recetas/crema", f"ordered/{token}"):
        assert browser.get(f"{PATH}/{path}").status_code in (200, 302)
        assert browser.head(f"{PATH}/{path}").status_code in (200, 302)
    assert _orders(database) == []


def test_a_network_can_order_only_so_often(browser: Client, database: Database, clock: Clock) -> None:
    answers = []
    for _ in range(22):
        clock.forward(seconds=3)
        answers.append(browser.post(f"{PATH}/", data=_basket(browser)).status_code)
    assert answers == [303] * 20 + [429] * 2
    assert len(_orders(database)) == 20


@pytest.mark.parametrize("somebody", [True, False])
def test_an_installation_that_is_no_demo_has_no_such_shop(browser: Client, database: Database, somebody: bool) -> None:
    with database.begin() as session:
        ana = session.scalars(select(Subscriber)).one()
        ana.source = "form:newsletter"
        if not somebody:
            session.delete(ana)
    token = browser.get("/subscribe/newsletter").text.partition('name="form_token" value="')[2][:36]
    assert browser.get(f"{PATH}/").status_code == 404
    assert browser.get(f"{PATH}/ordered/{token}").status_code == 404
    sent = {"form_token": token, "piece": "fuente-lucena", "email": "ana@example.net"}
    assert browser.post(f"{PATH}/", data=sent).status_code == 404
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_link_of_an_example_letter_leads_to_the_demos_shop(database: Database, language: str) -> None:
    for template in ("newsletter", "promotion", "welcome", "reactivation"):
        words = example(template, language, shop_url=SHOP, whole=True)
        brand = {
            "name": "Casa Olivo",
            "postal_address": "Sevilla",
            "url": SHOP,
            "accent": "#47551f",
            "pictures": "http://localhost:8000/pictures",
        }
        compiled = compile_mail(Source(template=template, language=language, brand=brand, **words))
        assert compiled.links
        assert [link for link in compiled.links if not link.startswith(SHOP)] == []
        assert next(one for one in check(compiled, brand=brand) if one.word == "links").ok
