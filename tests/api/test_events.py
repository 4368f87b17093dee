"""The shop tells of orders: recorded once, refused with words, and nothing strange gets in."""

import json
import sqlite3
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from mailflow.api.assembly import create_api
from mailflow.foundation.accounts import make_api_key
from mailflow.foundation.database import Database
from mailflow.tracking.models import Order
from tests.mailed import SENT_AT, mail_the_cast

NOW = SENT_AT + timedelta(days=1)
ORDER = {"reference": "1001", "email": "ana@example.net", "at": "2026-11-21T18:30:00+01:00", "amount": 7900, "currency": "EUR"}


@pytest.fixture
def key(database: Database) -> str:
    with database.begin() as session:
        mail_the_cast(session)
        return make_api_key(session, "shop", now=NOW).text


@pytest.fixture
def client(database: Database, settings, ring) -> FlaskClient:
    return create_api(database, settings, ring, clock=lambda: NOW).test_client()


def event(**changes) -> dict:
    return {"type": "order", "order": ORDER | changes}


def post(client: FlaskClient, key: str, body, *, language: str = "en", **more):
    raw = body if isinstance(body, bytes | str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
    return client.post("/v1/events", data=raw, **({"headers": headers, "content_type": "application/json"} | more))


def orders(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count(Order.id)))


def test_an_order_is_recorded_and_told_again_it_is_the_same_one(client, key, database) -> None:
    first, second = post(client, key, event()), post(client, key, event())
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == {"reference": "1001", "result": "recorded", "order_id": first.json["order_id"], "attributed": False}
    assert second.json["order_id"] == first.json["order_id"]
    assert isinstance(first.json["order_id"], str)
    assert orders(database) == 1


def test_a_list_is_answered_in_its_order_with_each_ones_reason(client, key, database) -> None:
    answer = post(client, key, [event(), event(reference="1002", amount=-1), event(reference="1003")], language="es")
    assert [one["result"] for one in answer.json["results"]] == ["recorded", "negative", "recorded"]
    assert answer.json["results"][1]["detail"] == "El importe no puede ser negativo."
    assert orders(database) == 2


def test_a_thousand_orders_go_in_one_call_and_one_more_does_not(client, key, database) -> None:
    many = [event(reference=str(number)) for number in range(1001)]
    assert post(client, key, many).status_code == 400
    assert orders(database) == 0
    assert post(client, key, many[:1000]).status_code == 200
    assert orders(database) == 1000


def test_one_wrong_entry_of_a_list_means_that_nothing_is_recorded(client, key, database) -> None:
    answer = post(client, key, [event(), event(reference=5)])
    assert answer.status_code == 400
    assert answer.json["errors"] == [{"pointer": "#/1/order/reference", "detail": "must be a text"}]
    assert orders(database) == 0


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"at": "2026-12-01T00:00:00Z"}, 422, "future"),
        ({"at": "0001-01-01T00:00:00+14:00"}, 422, "too-old"),
        ({"amount": -1}, 422, "negative"),
        ({"currency": "USD"}, 422, "wrong-currency"),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_words(client, key, database, change, status, reason) -> None:
    answer = post(client, key, event(**change), language="es")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["title"] == "No se puede aceptar"
    assert answer.json["errors"][0]["reason"] == reason
    assert orders(database) == 0


def test_a_known_reference_with_other_facts_is_a_conflict(client, key) -> None:
    post(client, key, event())
    assert post(client, key, event(amount=1)).status_code == 409


WRONG_KINDS = [
    {"reference": 1001}, {"reference": True}, {"reference": []}, {"reference": {}}, {"reference": None}, {"reference": ""},
    {"reference": "a\nb"}, {"reference": "a\u2028b"}, {"reference": "x" * 101},
    {"reference": "a\u202eb"}, {"reference": "a\u200fb"}, {"reference": "a\x9bb"}, {"email": "ana\x00@example.net"},
    {"email": "ana@example.net\x7f"}, {"email": "\u202eana@example.net"},
    {"amount": "7900"}, {"amount": 79.0}, {"amount": True}, {"amount": None}, {"amount": 2**63}, {"amount": -(2**63) - 1},
    {"amount": 10**400}, {"email": 0}, {"email": "nobody"}, {"email": "a@b\r\nBcc: c@d"}, {"currency": "eur"}, {"currency": "€"},
    {"code": 0}, {"code": False}, {"at": 1795000000}, {"at": "yesterday"}, {"at": "2026-11-21T18:30:00"}, {"at": True}, {"lines": {}},
    {"lines": [{"product": "Jarra", "quantity": "1", "amount": 1}]}, {"status": "confirmed"},
]  # fmt: skip
AMOUNT = json.dumps(event()).split("7900")
NO_EVENTS = [
    "", "null", "1", '"x"', "{", "[", "[]", "{}", "[[]]", "[" * 100_000, '{"a":' * 100_000, b"\xff\xfe", "\x00", '{"type": "order"}',
    "NaN".join(AMOUNT), "Infinity".join(AMOUNT), "1e400".join(AMOUNT),
    json.dumps({"type": "purchase", "order": ORDER}), json.dumps(event()) + "x",
]  # fmt: skip


def test_s_37_values_of_another_kind_are_refused(client, key, database) -> None:
    for change in WRONG_KINDS:
        answer = post(client, key, event(**change))
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), change
        assert answer.json["errors"][0]["pointer"].startswith("#/order"), change
    assert orders(database) == 0


def test_s_37_what_is_not_an_event_is_refused(client, key, database) -> None:
    for body in NO_EVENTS:
        answer = post(client, key, body)
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), body[:80]
    assert orders(database) == 0


def test_products_may_be_told(client, key, database) -> None:
    assert post(client, key, event(lines=[{"product": "Jarra", "quantity": 2, "amount": 7900}])).status_code == 201
    with database.read() as session:
        assert session.scalars(select(Order)).one().lines == [{"product": "Jarra", "quantity": 2, "amount": 7900}]


def test_other_content_too_much_of_it_and_other_ways_are_problems_too(client, key) -> None:
    assert post(client, key, event(), content_type="text/plain").status_code == 415
    assert post(client, key, "[" + " " * 1_100_000 + "]").status_code == 413
    missing, wrong = client.get("/v1/nothing"), client.get("/v1/events")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    assert (wrong.status_code, set(wrong.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})


def test_every_view_says_who_may_call_it(client) -> None:
    views = client.application.view_functions
    assert {name for name, view in views.items() if view.mailflow_access != "keyed"} == {"openapi.describe"}


def test_the_description_is_made_from_the_types_that_check(client) -> None:
    found = client.get("/v1/openapi.json").json
    assert found["components"]["schemas"]["NewOrder"]["additionalProperties"] is False
    assert {"Event", "NewOrder", "Product", "Result"} <= set(found["components"]["schemas"])


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_busy_database_is_told_with_when_to_come_again(client, key, database, monkeypatch, language) -> None:
    def locked(_self, **_how):
        raise OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(type(database), "begin", locked)
    answer = post(client, key, event(), language=language)
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "application/problem+json", "5")
    assert ("seconds" if language == "en" else "segundos") in answer.json["title"]
    assert "locked" not in answer.text
