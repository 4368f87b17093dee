"""Pixels, clicks and mails in a browser: always an answer, never a traceback, and HEAD changes nothing."""

import logging
import re
import sqlite3

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from mailflow.beacons import create_beacons, door
from mailflow.content.store import keep
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose
from mailflow.outbox.models import Link, Mailing, Message
from mailflow.tracking.models import Hit
from tests.content.mails import made, mjml
from tests.mailed import PHONE, SENT_AT, Mailed, mail_the_cast

TARGET = "https://shop.example.com/p/1?a=1&b=2"


@pytest.fixture
def mailed(database: Database) -> Mailed:
    with database.begin() as session:
        return mail_the_cast(session)


@pytest.fixture
def client(database: Database, settings: Settings, ring: Ring) -> Client:
    return Client(create_beacons(database, settings, ring))


def hits(database: Database) -> list[Hit]:
    with database.read() as session:
        return list(session.scalars(select(Hit)))


def keep_a_mail(database: Database, mailed: Mailed) -> None:
    """What the mailing was compiled to, so that it can be seen in a browser."""
    with database.begin() as session:
        mailing = session.get_one(Mailing, mailed.mailing)
        keep(session, mailing, "es", made(mjml("Hola, Ana.")), now=SENT_AT)


def get(client: Client, path: str, **more):
    return client.get(path, headers={"User-Agent": PHONE} | more.pop("headers", {}), **more)


def test_the_pixel_counts_an_open(client: Client, database: Database, ring: Ring, mailed: Mailed) -> None:
    answer = get(client, f"/o/{ring.mint.make(Purpose.OPEN, mailed.ana_message)}.gif")
    assert (answer.status_code, answer.mimetype, answer.data[:6]) == (200, "image/gif", b"GIF89a")
    assert "no-store" in answer.headers["Cache-Control"]
    with database.read() as session:
        assert session.get_one(Message, mailed.ana_message).opened_at is not None


def test_the_pixel_of_a_mailing_counts_in_its_totals(client: Client, database: Database, ring: Ring, mailed: Mailed) -> None:
    get(client, f"/o/{ring.mint.make(Purpose.OPEN_MAILING, mailed.mailing)}.gif")
    assert [(hit.message_id, hit.mailing_id) for hit in hits(database)] == [(None, mailed.mailing)]


@pytest.mark.parametrize("token", ["x", "", "A" * 36, "é" * 36, "../../etc/passwd", "A" * 10_000, "%00"])
def test_a_bad_token_still_gets_its_picture_and_counts_nothing(client: Client, database: Database, token: str) -> None:
    answer = get(client, f"/o/{token}.gif")
    assert (answer.status_code, answer.mimetype) == (200, "image/gif")
    assert hits(database) == []


def test_a_click_leads_to_our_own_link_and_is_counted(client: Client, database: Database, ring: Ring, mailed: Mailed) -> None:
    answer = get(client, f"/c/{ring.mint.make(Purpose.CLICK, mailed.ana_message, 1)}")
    assert (answer.status_code, answer.headers["Location"]) == (302, TARGET)
    assert "no-store" in answer.headers["Cache-Control"]
    assert [hit.kind for hit in hits(database)] == ["click"]


def test_s_23_an_altered_or_unknown_click_is_a_page_without_a_way_on(
    client: Client, database: Database, ring: Ring, mailed: Mailed
) -> None:
    good = ring.mint.make(Purpose.CLICK, mailed.ana_message, 1)
    other = ring.mint.make(Purpose.OPEN, mailed.ana_message, 1)
    unknown = ring.mint.make(Purpose.CLICK, mailed.ana_message, 99)
    altered = good[:-1] + ("A" if good[-1] != "A" else "B")
    for token in (altered, other, unknown, f"{good}?url=https://evil.example.com", f"{good}/x", "https://evil.example.com", ""):
        answer = get(client, f"/c/{token}" if "?" not in token else f"/c/{altered}?url=https://evil.example.com")
        assert answer.status_code == 404
        assert "Location" not in answer.headers
    assert hits(database) == []


def test_the_page_speaks_the_readers_language(client: Client) -> None:
    assert "Este enlace no lleva a ninguna parte" in get(client, "/c/x").text
    assert "This link leads nowhere" in get(client, "/c/x", headers={"Accept-Language": "fr;q=1, en-GB;q=0.8"}).text


@pytest.mark.parametrize(
    ("way", "purpose", "status"),
    [("o", Purpose.OPEN, 200), ("c", Purpose.CLICK, 302), ("view", Purpose.VIEW, 200), ("c", Purpose.VIEW, 404)],
)
def test_head_answers_as_get_but_without_body_or_effect(
    client: Client, database: Database, ring: Ring, mailed: Mailed, way: str, purpose: Purpose, status: int
) -> None:
    keep_a_mail(database, mailed)
    path = f"/{way}/{ring.mint.make(purpose, mailed.ana_message, 1)}"
    answer = client.head(path, headers={"User-Agent": PHONE})
    assert (answer.status_code, answer.data) == (status, b"")
    assert hits(database) == []
    whole = get(client, path)
    assert whole.headers == answer.headers
    assert len(hits(database)) == (way in "oc" and status != 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_other_methods_change_nothing(client: Client, database: Database, ring: Ring, mailed: Mailed, method: str) -> None:
    answer = client.open(f"/c/{ring.mint.make(Purpose.CLICK, mailed.ana_message, 1)}", method=method)
    assert answer.status_code == (204 if method == "OPTIONS" else 405)
    assert hits(database) == []


def test_a_target_beyond_ascii_travels_in_a_header(client: Client, database: Database, ring: Ring, mailed: Mailed) -> None:
    with database.begin() as session:
        session.add(Link(mailing_id=mailed.mailing, number=8, url="https://señal.example.com/cañón?q=ñ"))
    answer = get(client, f"/c/{ring.mint.make(Purpose.CLICK, mailed.ana_message, 8)}")
    assert answer.headers["Location"] == "https://xn--seal-hqa.example.com/ca%C3%B1%C3%B3n?q=%C3%B1"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_locked_database_costs_the_hit_and_not_the_answer(database, settings, ring, mailed, monkeypatch) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.05)
    client = Client(create_beacons(database, settings, ring))
    other = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert get(client, f"/o/{ring.mint.make(Purpose.OPEN, mailed.ana_message)}.gif").mimetype == "image/gif"
    assert get(client, f"/c/{ring.mint.make(Purpose.CLICK, mailed.ana_message, 1)}").headers["Location"] == TARGET
    other.execute("ROLLBACK")
    other.close()
    assert hits(database) == []


def test_a_broken_database_shows_no_traceback_and_logs_no_token(tmp_path, settings, ring, mailed, caplog) -> None:
    client = Client(create_beacons(Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}"), settings, ring))
    token = ring.mint.make(Purpose.CLICK, mailed.ana_message, 1)
    with caplog.at_level(logging.DEBUG):
        answer = get(client, f"/c/{token}")
        assert get(client, f"/o/{ring.mint.make(Purpose.OPEN, mailed.ana_message)}.gif").mimetype == "image/gif"
    assert answer.status_code == 503
    assert "Traceback" not in answer.text
    assert token not in caplog.text


def test_a_mail_in_the_browser_runs_nothing_and_is_not_indexed(client, ring, mailed, monkeypatch) -> None:
    monkeypatch.setattr(door, "view_html", lambda session, message_id, **_: "<script>alert(1)</script><p>Hola</p>")
    answer = get(client, f"/view/{ring.mint.make(Purpose.VIEW, mailed.ana_message)}")
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_no_page_of_the_beacons_sends_a_browser_for_an_icon(client, database, ring, mailed) -> None:
    keep_a_mail(database, mailed)
    for path, status in ((f"/view/{ring.mint.make(Purpose.VIEW, mailed.ana_message)}", 200), ("/view/x", 404), ("/c/x", 404)):
        answer = get(client, path)
        assert answer.status_code == status
        head = answer.text[: answer.text.lower().index("</head>")]
        assert '<link rel="icon" href="data:,">' in head
        assert re.search(r"img-src[^;]* data:", answer.headers["Content-Security-Policy"])


def test_a_mail_that_is_gone_says_so(client, ring, mailed) -> None:
    for token in ("x", ring.mint.make(Purpose.VIEW, 4711), ring.mint.make(Purpose.VIEW, mailed.ana_message)):
        answer = get(client, f"/view/{token}")
        assert (answer.status_code, "No encontramos ese mensaje" in answer.text) == (404, True)


def test_any_other_way_is_a_404_page(client) -> None:
    assert get(client, "/o").status_code == 200
    for path in ("/", "/x/y", "/c", "/view/"):
        assert get(client, path).status_code == 404
