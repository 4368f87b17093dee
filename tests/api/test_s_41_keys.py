"""S-41: keys are shown once, hashed, scoped, revoked at once, and never in logs, addresses or error pages."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import text

from mailflow.api import events
from mailflow.api.assembly import create_api
from mailflow.foundation.accounts import ApiKey, make_api_key, revoke_api_key
from mailflow.foundation.database import Database
from tests.mailed import SENT_AT, mail_the_cast

NOW = SENT_AT + timedelta(days=1)
ORDER = {"reference": "1001", "email": "ana@example.net", "at": "2026-11-21T18:30:00+01:00", "amount": 7900, "currency": "EUR"}
EVENT = {"type": "order", "order": ORDER}


@pytest.fixture
def made(database: Database):
    with database.begin() as session:
        mail_the_cast(session)
        return make_api_key(session, "shop", now=NOW)


@pytest.fixture
def client(database: Database, settings, ring):
    return create_api(database, settings, ring, clock=lambda: NOW).test_client()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_s_41_only_a_digest_is_kept(database: Database, made) -> None:
    with database.read() as session:
        row = session.execute(text("SELECT * FROM api_key")).one()
    assert made.text not in repr(row)
    assert made.text[-8:] not in repr(row)


def test_s_41_a_revoked_key_ends_at_once(client, database: Database, made) -> None:
    assert client.post("/v1/events", json=EVENT, headers=bearer(made.text)).status_code == 201
    with database.begin() as session:
        revoke_api_key(session, made.id, now=NOW)
    assert client.post("/v1/events", json=EVENT, headers=bearer(made.text)).status_code == 401


def test_s_41_staff_see_when_a_key_was_last_used(client, database: Database, made) -> None:
    client.post("/v1/events", json=EVENT, headers=bearer(made.text))
    with database.read() as session:
        assert session.get_one(ApiKey, made.id).last_used_at == NOW


def test_s_41_a_key_does_only_what_its_scope_says(client, database: Database) -> None:
    with database.begin() as session:
        narrow = make_api_key(session, "reader", scopes=("lists:read",), now=NOW)
    assert client.post("/v1/events", json=EVENT, headers=bearer(narrow.text)).status_code == 403


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic {key}", "{key}", "Bearer {key}x", "Bearer " + "A" * 10_000])
def test_s_41_without_the_whole_key_nobody_comes_in(client, made, header: str) -> None:
    answer = client.post("/v1/events", json=EVENT, headers={"Authorization": header.format(key=made.text)})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_s_41_a_key_in_the_address_or_body_opens_nothing(client, made) -> None:
    for query in ({"key": made.text}, {"api_key": made.text}, {"access_token": made.text}):
        assert client.post("/v1/events", json=EVENT, query_string=query).status_code == 401
    assert client.post("/v1/events", json=EVENT | {"key": made.text}).status_code == 401


def test_s_41_no_log_and_no_error_repeats_the_key(client, made, monkeypatch, caplog) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("broken on purpose")

    with caplog.at_level(logging.DEBUG):
        answers = [
            client.post("/v1/events", json={"type": made.text, made.text: 1}, headers=bearer(made.text)),
            client.post("/v1/nothing", headers=bearer(made.text)),
            client.put("/v1/events", headers=bearer(made.text)),
            client.post("/v1/events", data=made.text, headers=bearer(made.text) | {"Content-Type": "application/json"}),
        ]
        monkeypatch.setattr(events, "record_order", broken)
        answers.append(client.post("/v1/events", json=EVENT, headers=bearer(made.text)))
    assert [answer.status_code for answer in answers] == [400, 404, 405, 400, 500]
    for answer in answers:
        assert made.text not in answer.text + repr(answer.headers)
        assert "Traceback" not in answer.text
    assert made.text not in caplog.text
    assert "broken on purpose" in caplog.text
