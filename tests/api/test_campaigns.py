"""A program of the shop asks how a campaign stands, who got it, who did not and why, and tries again."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from mailflow.api import decisions
from mailflow.api.answers import CampaignTold, MessageTold, Moved
from mailflow.api.assembly import create_api
from mailflow.api.openapi import description
from mailflow.campaigns.models import Campaign
from mailflow.foundation import slices
from mailflow.foundation.accounts import SCOPES, ApiKey, make_api_key
from mailflow.foundation.database import Database
from mailflow.outbox import doubt
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Reason, State
from tests.campaigns.test_uncertain import DOUBTFUL, GONE, REFUSED, house
from tests.house import House

__all__ = ["house"]
ONE = "/v1/campaigns/1"
WRITES = ["retry", "resend-uncertain", "settle-uncertain"]


class Program:
    """A program that holds a key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {key}", "Accept-Language": "en"}

    def asks(self, address: str, **more: Any) -> Any:
        return self.client.get(address, headers=self.headers, **more)

    def posts(self, address: str, **more: Any) -> Any:
        return self.client.post(address, headers=self.headers, **more)


def program(house: House, *scopes: str) -> Program:
    app = create_api(house.database, house.settings, house.ring, clock=lambda: house.now)
    with house.database.begin() as session:
        made = make_api_key(session, "program", scopes=scopes, now=house.now)
    return Program(app.test_client(), made.text)


@pytest.fixture
def shop(house: House) -> Iterator[Program]:
    return program(house, *SCOPES)


def test_a_campaign_is_told_with_its_counts_by_state_and_reason(shop: Program) -> None:
    told = shop.asks(ONE).json
    assert (told["id"], told["name"], told["state"], told["frozen"], told["retryable"]) == ("1", "Otoño", "sent", True, 1)
    counts = told["counts"]
    assert {key: number for key, number in counts.items() if key != "reasons" and number} == {
        "people": 4,
        "sent": 1,
        "failed": 2,
        "uncertain": 1,
    }
    assert counts["reasons"] == [
        {"state": "failed", "reason": "hard-address", "people": 1},
        {"state": "failed", "reason": "policy", "people": 1},
        {"state": "uncertain", "reason": "interrupted", "people": 1},
    ]
    assert shop.asks("/v1/campaigns").json == {"data": [told], "next": None}
    assert shop.asks("/v1/campaigns?state=draft").json["data"] == []


def test_who_did_not_get_it_is_told_with_the_servers_words_and_the_mails_own_id(shop: Program, house: House) -> None:
    refused = shop.asks(f"{ONE}/messages?state=failed&reason=policy").json["data"]
    assert [(one["address"], one["state"], one["reason"], one["attempt"]) for one in refused] == [(REFUSED, "failed", "policy", 1)]
    assert refused[0]["reply"] == "Message blocked for policy reasons"
    got = shop.asks(f"{ONE}/messages?state=sent").json["data"]
    assert [one["address"] for one in got] == ["ana@example.net"]
    mail = [one for one in house.sink.messages_to("ana@example.net") if one["Subject"] == "La mesa de otoño"]
    assert got[0]["message_id"] == mail[0]["Message-ID"]
    with house.database.read() as session:
        row = session.scalars(select(Message).where(Message.id == int(got[0]["id"]))).one()
    assert (got[0]["subscriber_id"], got[0]["sent_at"][:19]) == (str(row.person_key), row.sent_at.isoformat()[:19])


def test_everybody_is_told_once_page_after_page(shop: Program) -> None:
    found, address = [], f"{ONE}/messages?limit=3"
    while address:
        answer = shop.asks(address)
        found += [one["address"] for one in answer.json["data"]]
        link = answer.headers.get("Link", "")
        assert bool(link) == bool(answer.json["next"])
        address = link.partition("<")[2].partition(">")[0]
    assert sorted(found) == sorted(["ana@example.net", DOUBTFUL, REFUSED, GONE])


def test_campaigns_come_in_pages_the_last_made_first(shop: Program, house: House) -> None:
    with house.database.begin() as session:
        session.add_all(Campaign(name=f"Nº {number}", state="draft", created_at=house.now) for number in range(4))
    first = shop.asks("/v1/campaigns?limit=3").json
    second = shop.asks(f"/v1/campaigns?limit=3&cursor={first['next']}").json
    assert [one["id"] for one in first["data"] + second["data"]] == ["5", "4", "3", "2", "1"]
    assert second["next"] is None
    assert shop.asks("/v1/campaigns/5/messages").json == {"data": [], "next": None}


def test_the_failed_are_tried_again_but_not_an_address_that_does_not_exist(shop: Program, house: House) -> None:
    assert shop.posts(f"{ONE}/retry").json == {"moved": 1, "left": 0}
    assert shop.posts(f"{ONE}/retry").json == {"moved": 0, "left": 0}
    assert shop.asks(ONE).json["state"] == "sending"
    waiting = shop.asks(f"{ONE}/messages?state=pending").json["data"]
    assert [one["address"] for one in waiting] == [REFUSED]
    assert shop.asks(f"{ONE}/messages?reason=hard-address").json["data"][0]["address"] == GONE
    house.tick(4)
    assert len([mail for mail in house.sink.messages_to("ana@example.net") if mail["Subject"] == "La mesa de otoño"]) == 1


def test_those_in_doubt_go_again_or_count_as_sent(shop: Program, house: House) -> None:
    assert shop.posts(f"{ONE}/settle-uncertain", json={"expected": 1}).json == {"moved": 1, "left": 0}
    assert shop.asks(ONE).json["counts"]["sent"] == 2
    assert shop.posts(f"{ONE}/resend-uncertain", json={"expected": 0}).json == {"moved": 0, "left": 0}


def test_another_number_than_expected_moves_nobody(shop: Program) -> None:
    answer = shop.posts(f"{ONE}/resend-uncertain", json={"expected": 2})
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert "another by now" in answer.json["detail"]
    assert shop.posts(f"{ONE}/retry", json={"expected": 7}).status_code == 409
    assert shop.posts(f"{ONE}/settle-uncertain", json={"expected": 0}).status_code == 409
    assert shop.asks(ONE).json["counts"]["uncertain"] == 1


def test_nothing_goes_again_out_of_a_cancelled_campaign(shop: Program, house: House) -> None:
    with house.database.begin() as session:
        session.scalars(select(Campaign)).one().state = "cancelled"
        session.scalars(select(Mailing).where(Mailing.kind == "campaign")).one().frozen_at = None
    assert shop.asks(ONE).json["frozen"], "nobody more will be written down"
    answer = shop.posts(f"{ONE}/retry")
    assert (answer.status_code, answer.json["detail"]) == (409, "The campaign is cancelled: nothing more goes out of it.")
    spanish = shop.client.post(f"{ONE}/retry", headers={**shop.headers, "Accept-Language": "es"})
    assert spanish.json["detail"] == "La campaña está cancelada: ya no sale nada de ella."


def test_who_expects_no_number_is_never_told_that_it_changed(shop: Program, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = decisions.concerned
    monkeypatch.setattr(decisions, "concerned", lambda *asked: counted(*asked) + 1)
    assert shop.posts(f"{ONE}/retry").json["moved"] == 1
    assert shop.posts(f"{ONE}/retry").json == {"moved": 0, "left": 0}


def test_a_database_that_fails_in_between_leaves_moved_what_was_moved(shop: Program, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.database.begin() as session:
        for row in session.scalars(select(Message).where(Message.mailing_id == session.get_one(Campaign, 1).mailing_id)):
            row.state, row.reason = State.FAILED, Reason.POLICY
    monkeypatch.setattr(doubt, "SLICE", 1)
    turns = iter([1, 2])
    move = decisions.decide

    def busy(*asked: Any, **more: Any) -> Any:
        if next(turns, None) is None:
            raise OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))
        return move(*asked, **more)

    monkeypatch.setattr(decisions, "decide", busy)
    assert shop.posts(f"{ONE}/retry").json == {"moved": 2, "left": 2}
    assert shop.posts(f"{ONE}/retry").status_code == 503
    monkeypatch.setattr(decisions, "decide", move)
    assert shop.asks(ONE).json["retryable"] == 2


def test_very_many_are_moved_slice_by_slice_and_what_is_left_is_told(shop: Program, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.database.begin() as session:
        for row in session.scalars(select(Message).where(Message.mailing_id == session.get_one(Campaign, 1).mailing_id)):
            row.state, row.reason = State.FAILED, Reason.POLICY
    monkeypatch.setattr(doubt, "SLICE", 1)
    monkeypatch.setattr(slices, "LONGEST_SECONDS", -1.0)
    assert shop.posts(f"{ONE}/retry").json == {"moved": 1, "left": 3}
    monkeypatch.setattr(slices, "LONGEST_SECONDS", 20.0)
    assert shop.posts(f"{ONE}/retry").json == {"moved": 3, "left": 0}


CANNOT_BE_ASKED = {
    "state=lost": "state",
    "reason=whim": "reason",
    "limit=0": "limit",
    "limit=201": "limit",
    "limit=ten": "limit",
    "cursor=x": "cursor",
    "cursor=": "cursor",
    "cursor=" + "W1tb" * 1000: "cursor",
    "state=failed&state=sent": "state",
    "limit=1&limit=1": "limit",
}


def test_what_cannot_be_asked_is_refused_with_its_name(shop: Program) -> None:
    for words, name in CANNOT_BE_ASKED.items():
        answer = shop.asks(f"{ONE}/messages?{words}")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), words
        assert answer.json["errors"][0]["parameter"] == name, words


def test_a_parameter_that_nobody_knows_is_refused_and_not_repeated(shop: Program) -> None:
    for words in ("?states=failed", "/messages?states=failed", "/messages?state=failed&cursors=x"):
        answer = shop.asks(ONE + words)
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), words
        assert "not known" in answer.json["errors"][0]["detail"]
        assert "failed" not in answer.text
        assert "cursors" not in answer.text


def test_a_decision_takes_no_parameters(shop: Program) -> None:
    assert shop.posts(f"{ONE}/retry?expected=7").status_code == 400
    assert shop.asks(ONE).json["retryable"] == 1


def test_a_number_that_no_campaign_can_have_is_not_there(shop: Program) -> None:
    for number in (str(2**63), "9" * 25, "9" * 5000):
        seen = [
            shop.asks(f"/v1/campaigns/{number}"),
            shop.asks(f"/v1/campaigns/{number}/messages"),
            shop.posts(f"/v1/campaigns/{number}/retry"),
        ]
        assert [answer.status_code for answer in seen] == [404, 404, 404], number
    assert shop.asks(f"/v1/campaigns/{2**63 - 1}").status_code == 404


def test_nobody_gets_it_twice_unless_their_number_is_said(shop: Program) -> None:
    bodies: tuple[dict[str, Any], ...] = ({}, {"json": {}}, {"json": {"expected": None}})
    for body in bodies:
        answer = shop.posts(f"{ONE}/resend-uncertain", **body)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "#/expected"), body
        assert shop.asks(ONE).json["counts"]["uncertain"] == 1, body
    assert shop.posts(f"{ONE}/resend-uncertain", json={"expected": 1}).json == {"moved": 1, "left": 0}


def test_a_list_is_not_asked_for_with_anything_else_either(shop: Program) -> None:
    for words in ("cursor=-1", "cursor=", "cursor=" + "9" * 40, "state=lost"):
        assert shop.asks(f"/v1/campaigns?{words}").status_code == 400, words


def test_a_body_that_says_something_else_moves_nobody(shop: Program) -> None:
    for body in (b"no", b"[]", b'{"expected": "1"}', b'{"expected": -1}', b'{"all": true}'):
        assert shop.posts(f"{ONE}/retry", data=body, content_type="application/json").status_code == 400, body
        assert shop.asks(ONE).json["retryable"] == 1, body
    assert shop.posts(f"{ONE}/retry", data=b"expected=1", content_type="application/x-www-form-urlencoded").status_code == 415
    assert shop.asks(ONE).json["retryable"] == 1


def test_what_is_not_there_is_said_so(shop: Program) -> None:
    seen = [
        shop.asks("/v1/campaigns/99"),
        shop.asks("/v1/campaigns/99/messages"),
        *(shop.posts(f"/v1/campaigns/99/{word}", json={"expected": 1}) for word in WRITES),
    ]
    assert {answer.status_code for answer in seen} == {404}
    assert shop.asks("/v1/campaigns/1/retry").status_code == 405


def test_s_41_a_key_may_do_only_what_it_was_made_for(house: House) -> None:
    for scope in SCOPES[:4]:  # the others: test_s_38_roles.py
        narrow = program(house, scope)
        seen = {
            "campaigns:read": {narrow.asks("/v1/campaigns").status_code, narrow.asks(ONE).status_code},
            "messages:read": {narrow.asks(f"{ONE}/messages").status_code},
            "campaigns:write": {narrow.posts(f"{ONE}/{word}", json={"all": True}).status_code for word in WRITES},
            "events:write": {narrow.posts("/v1/events", json={}).status_code},
            "imports:read": {narrow.asks("/v1/imports").status_code},
            "imports:write": {narrow.posts("/v1/imports", json={}).status_code},
        }
        assert {allowed for allowed, codes in seen.items() if codes != {403}} == {scope}
        assert seen[scope] in ({200}, {400})


def test_looking_notes_about_once_an_hour_that_the_key_is_used(shop: Program, house: House, database: Database) -> None:
    def used() -> Any:
        with database.read() as session:
            return session.scalars(select(ApiKey.last_used_at)).one()

    first = house.now
    shop.asks(ONE)
    house.at(first + timedelta(minutes=30))
    shop.asks(ONE)
    assert used() == first
    house.at(first + timedelta(minutes=61))
    shop.asks(ONE)
    assert used() == house.now


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_looking_waits_for_nobody_who_writes(shop: Program, house: House, database: Database) -> None:
    writer = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    before = monotonic()
    assert shop.asks(ONE).status_code == 200
    assert monotonic() - before < 5
    writer.execute("COMMIT")
    writer.close()
    shop.asks(ONE)
    with database.read() as session:
        assert session.scalars(select(ApiKey.last_used_at)).one() == house.now


def test_the_description_names_every_address_with_its_scope_and_what_is_answered(shop: Program) -> None:
    told = description()
    rules = {re.sub("<[^>]+>", "{id}", rule.rule) for rule in shop.client.application.url_map.iter_rules()}
    assert {re.sub("{[^}]+}", "{id}", path) for path in told["paths"]} == rules - {"/v1/openapi.json"}
    for path, verbs in told["paths"].items():
        for verb, about in verbs.items():
            scope = about["security"][0]["key"][0]
            assert scope in SCOPES
            assert {"401", "403"} <= set(about["responses"]), (path, verb)
            assert {"200", "201"} & set(about["responses"]), (path, verb)
    schemas = told["components"]["schemas"]
    for model, answer in (
        (CampaignTold, shop.asks(ONE).json),
        (MessageTold, shop.asks(f"{ONE}/messages").json["data"][0]),
        (Moved, shop.posts(f"{ONE}/retry").json),
    ):
        assert set(answer) == set(schemas[model.__name__]["properties"]) == set(schemas[model.__name__]["required"])
        model.model_validate(answer)
