"""The sandbox inbox: what was sent is found, shown, and can harm nobody who looks."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest
from flask import Flask

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Subscriber
from mailflow.delivery.inbox import letters
from mailflow.delivery.transports.sandbox import Sandbox
from mailflow.delivery.transports.words import Envelope
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.studio.assembly import create_studio
from tests.studio.conftest import PASSWORD, Visitor

HOSTILE = '<html><head></head><body><script>alert(1)</script><img src=x onerror=alert(2)><a href="https://shop.example.net/">Tienda</a></body></html>'
Deliver = Callable[..., str]


@pytest.fixture
def deliver(settings: Settings) -> Deliver:
    """Puts a mail into the sandbox as sending does; answers its name in the inbox."""

    def put(
        to: str = "ana@example.net", subject: str = "Confirma tu alta", html: str = "<html><head></head><body><p>Hola</p></body></html>"
    ) -> str:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Casa Olivo <hola@example.net>", to, subject
        mail.set_content("Hola, Ana.")
        if html:
            mail.add_alternative(html, subtype="html")
        asyncio.run(Sandbox(settings.home).send(Envelope(7, "hola@example.net", to, mail.as_bytes())))
        return letters(settings.home, limit=1)[0].name

    return put


def test_an_empty_inbox_says_what_to_do(bruno: Visitor) -> None:
    assert "Sign up with any address" in bruno.get("/inbox/").text


def test_an_empty_inbox_of_the_demo_says_where_its_past_is(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
        session.add(Subscriber(email="ana@example.net", email_key="ana@example.net", source="demo", created_at=now))
    page = bruno.get("/inbox/").text
    assert "Nothing has been sent yet" not in page
    assert "its mails are not kept here" in page
    assert 'href="http://localhost:8000/subscribe/newsletter"' in page


def test_a_mail_is_listed_with_its_reader_and_subject(bruno: Visitor, deliver: Deliver) -> None:
    name = deliver(subject="¡Añil & <b>café</b>!")
    page = bruno.get("/inbox/").text
    assert f'href="/inbox/{name}"' in page
    assert "ana@example.net" in page
    assert "¡Añil &amp; &lt;b&gt;café&lt;/b&gt;!" in page


def test_a_search_finds_by_address(bruno: Visitor, deliver: Deliver) -> None:
    deliver(to="ana@example.net")
    deliver(to="elena@example.net", subject="Preventa")
    page = bruno.get("/inbox/?q=ELENA").text
    assert "Preventa" in page
    assert "ana@example.net" not in page
    assert "No mail has «nobody»" in bruno.get("/inbox/?q=nobody").text


@pytest.mark.parametrize("view", ["phone", "desktop"])
def test_a_mail_is_framed_as_a_phone_and_as_a_desktop_without_scripts_or_our_origin(bruno: Visitor, deliver: Deliver, view: str) -> None:
    page = bruno.get(f"/inbox/{deliver()}?as={view}").text
    frame = page.split("<iframe")[1].split(">")[0]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert f"mf-letter-{view}" in page


def test_the_text_part_and_all_headers_can_be_read(bruno: Visitor, deliver: Deliver) -> None:
    page = bruno.get(f"/inbox/{deliver()}?as=text").text
    assert "Hola, Ana." in page
    assert "<dt>Subject</dt>" in page
    assert "<iframe" not in page


def test_a_mail_without_html_shows_its_text(bruno: Visitor, deliver: Deliver) -> None:
    assert "Hola, Ana." in bruno.get(f"/inbox/{deliver(html='')}").text


def test_the_content_has_a_policy_under_which_nothing_runs(bruno: Visitor, deliver: Deliver) -> None:
    answer = bruno.get(f"/inbox/{deliver(html=HOSTILE)}/content")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert not [rule for rule in policy if rule.startswith(("script-src", "connect-src", "form-action"))]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert '<head><base target="_blank">' in answer.text


@pytest.mark.parametrize(
    "name", ["../secret.key", "..%2Fsecret.key", "secret.key", "%2Fetc%2Fpasswd", "00000000000000001-1.eml", "x" * 5000]
)
def test_a_name_that_is_no_letters_is_nothing(bruno: Visitor, name: str) -> None:
    assert bruno.get(f"/inbox/{name}").status_code == 404
    assert bruno.get(f"/inbox/{name}/content").status_code == 404


def test_with_a_real_mail_server_there_is_no_inbox(studio: Flask, database: Database, settings: Settings) -> None:
    real = replace(settings, mail_url="smtp://127.0.0.1:2525?tls=none")
    visitor = Visitor(create_studio(database, real).test_client())
    visitor.sign_in(password=PASSWORD)
    assert visitor.get("/inbox/").status_code == 404
    assert "/inbox/" not in visitor.get("/").text
