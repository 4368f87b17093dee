"""Bruno describes the shop, changes his password, and makes keys."""

import hashlib
import re
from html import unescape

import pytest
from sqlalchemy import select, update

from mailflow.api.schemas import ONE
from mailflow.audience.models import Brand, Installation
from mailflow.foundation.accounts import ApiKey, User, find_api_key
from mailflow.foundation.database import Database
from tests.studio.conftest import PASSWORD, Visitor

SHOP = {
    "name": "Casa Olivo",
    "from_name": "Casa Olivo",
    "from_address": "hola@casaolivo.example.com",
    "reply_to": "",
    "postal_address": "Calle Mayor 1\r\n41001 Sevilla",
    "shop_url": "https://casaolivo.example.com",
    "accent": "#47551f",
    "language": "es",
    "zone": "Atlantic/Canary",
    "currency": "EUR",
    "attribution_days": "14",
}


def save(bruno: Visitor, **changed: str) -> tuple[int, str]:
    answer = bruno.client.post("/settings/", data={"csrf_token": bruno.token("/"), **SHOP, **changed})
    return answer.status_code, answer.text


def test_the_shop_is_described_and_described_again(bruno: Visitor, database: Database) -> None:
    assert save(bruno)[0] == 302
    assert save(bruno, name="Casa Olivo Norte")[0] == 302
    with database.read() as session:
        brands = list(session.scalars(select(Brand)))
        installation = session.get(Installation, 1)
    assert [brand.name for brand in brands] == ["Casa Olivo Norte"]
    assert brands[0].postal_address == "Calle Mayor 1\n41001 Sevilla"
    assert installation
    assert (installation.zone, installation.attribution_days) == ("Atlantic/Canary", 14)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Write a name"),
        ("name", "x" * 121, "At most 120"),
        ("from_address", "hola@", "whole e-mail address"),
        ("from_address", "hola@casa.example.com\r\nBcc: x@example.com", "whole e-mail address"),
        ("reply_to", "no", "whole e-mail address"),
        ("postal_address", "", "the law asks"),
        ("shop_url", "javascript:alert(1)", "https://"),
        ("shop_url", "http://[", "https://"),
        ("accent", "red", "Choose a colour"),
        ("zone", "Europe/Nowhere", "Choose one"),
        ("zone", "../../etc/passwd", "Choose one"),
        ("language", "fr", "Choose one"),
        ("currency", "XXX", "Choose one"),
        ("attribution_days", "0", "from 1 to 90"),
        ("attribution_days", "9" * 5000, "from 1 to 90"),
        ("attribution_days", "७", "from 1 to 90"),
    ],
)
def test_a_faulty_shop_is_not_kept_and_what_was_typed_stays(bruno: Visitor, database: Database, field: str, value: str, words: str) -> None:
    status, page = save(bruno, **{field: value})
    assert status == 422
    assert words in page
    assert "41001 Sevilla" in page or field == "postal_address"
    with database.read() as session:
        assert session.scalar(select(Brand)) is None


def test_a_form_without_any_field_is_answered_in_words(bruno: Visitor) -> None:
    answer = bruno.client.post("/settings/", data={"csrf_token": bruno.token("/")})
    assert answer.status_code == 422
    assert "things need mending" in answer.text


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("not mine", "a whole new sentence", "a whole new sentence", "not your present password"),
        (PASSWORD, "short", "short", "At least 10"),
        (PASSWORD, "a whole new sentence", "another sentence", "not the same"),
    ],
)
def test_a_password_is_not_changed_by_mistake(bruno: Visitor, old: str, new: str, again: str, words: str) -> None:
    answer = bruno.client.post("/settings/account/password", data={"csrf_token": bruno.token("/"), "old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert words in answer.text


def test_s_41_a_key_is_shown_once_kept_as_a_digest_and_ended_at_once(bruno: Visitor, database: Database) -> None:
    made = bruno.client.post("/settings/keys", data={"csrf_token": bruno.token("/"), "name": "Pedidos", "scopes": "events:write"})
    text = made.text.split('id="key-text">')[1].split("<")[0]
    assert text.startswith("mf_live_")
    assert text not in bruno.get("/settings/keys").text
    with database.read() as session:
        row = session.scalars(select(ApiKey)).one()
        assert row.digest == hashlib.sha256(text.encode()).hexdigest()
        assert find_api_key(session, text)
    bruno.client.post(f"/settings/keys/{row.id}/revoke", data={"csrf_token": bruno.token("/")})
    with database.read() as session:
        assert find_api_key(session, text) is None


def test_a_key_may_do_what_was_chosen_and_nothing_else(bruno: Visitor, database: Database) -> None:
    chosen = {"csrf_token": bruno.token("/"), "name": "Cuadro", "scopes": ["campaigns:write", "campaigns:read", "everything"]}
    assert bruno.client.post("/settings/keys", data=chosen).status_code == 200
    with database.read() as session:
        assert session.scalars(select(ApiKey.scopes)).one() == ["campaigns:read", "campaigns:write"]
    assert "see campaigns and their counts, decide about campaigns" in bruno.get("/settings/keys").text
    nothing = bruno.client.post("/settings/keys", data={"csrf_token": bruno.token("/"), "name": "Nada"})
    assert nothing.status_code == 422
    assert "Choose at least one thing that the key may do." in nothing.text


def test_the_page_shows_a_request_that_the_api_takes(bruno: Visitor) -> None:
    command = re.search(r'id="order-text"[^>]*>(.*?)</pre>', bruno.get("/settings/keys").text, re.DOTALL)
    assert command
    line = unescape(command[1])
    assert line.startswith("curl http://localhost:8000/api/v1/events -H ")
    body = line[line.index("-d '") + 4 : -1].replace("'$(date -u +%Y-%m-%dT%H:%M:%SZ)'", "2026-11-21T12:00:00Z")
    told = ONE.validate_json(body)
    assert (told.order.amount, told.order.currency) == (6400, "EUR")
    assert "6400 is €64.00" in bruno.get("/settings/keys").text


def test_an_amount_that_a_page_always_shows_is_written_for_each_reader(bruno: Visitor, stranger: Visitor, database: Database) -> None:
    assert "€64.00" in bruno.get("/settings/keys").text
    with database.begin() as session:
        session.execute(update(User).values(language="es"))
    stranger.sign_in()
    assert "64,00 €" in stranger.get("/settings/keys").text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_keys_name_cannot_become_part_of_the_page(bruno: Visitor) -> None:
    bruno.client.post(
        "/settings/keys", data={"csrf_token": bruno.token("/"), "name": "<script>alert(1)</script>", "scopes": "events:write"}
    )
    assert "<script>alert" not in bruno.get("/settings/keys").text
