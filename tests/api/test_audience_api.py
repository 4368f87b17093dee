"""A program of the shop keeps people, lists, fields, segments and suppressions: by the rules that forms have."""

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from mailflow.api.assembly import create_api
from mailflow.audience.first_start import first_start
from mailflow.audience.leaving import leave
from mailflow.audience.models import ConfirmationRequest, ConsentLine, Field, List, Subscriber, Subscription
from mailflow.audience.suppression import suppress
from mailflow.audience.words import LeaveMethod, SuppressionReason
from mailflow.foundation.accounts import SCOPES, make_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings

GROUNDS = {"basis": "consent", "wording": "Quiero el boletín", "source": "caja"}
ANA: dict[str, Any] = {"email": "Ana@Example.net", "language": "es", "values": {"first_name": "Ana", "sex": "f"}, "consent": GROUNDS}


class Program:
    """A program that holds a key with every scope."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {key}", "Accept-Language": "en"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.open(path, method=method, json=body, headers=self.headers | {k.replace("_", "-"): v for k, v in headers.items()})


@pytest.fixture
def api(database: Database, settings: Settings, ring: Ring, now: datetime) -> Program:
    with database.begin() as session:
        first_start(session, now=now)
        key = make_api_key(session, "shop", scopes=SCOPES, now=now)
    return Program(create_api(database, settings, ring, clock=lambda: now).test_client(), key.text)


def rows(database: Database, model: Any) -> list[Any]:
    with database.read() as session:
        return list(session.scalars(select(model)))


def test_somebody_new_is_asked_by_mail_and_the_grounds_are_kept(api: Program, database: Database) -> None:
    made = api("POST", "/v1/subscribers", ANA | {"lists": ["newsletter"]})
    assert (made.status_code, made.json["result"], made.json["joined"]) == (201, "created", {"newsletter": "confirmation-due"})
    told = made.json["subscriber"]
    assert (told["email"], told["values"], told["lists"][0]["state"]) == ("Ana@example.net", {"first_name": "Ana", "sex": "f"}, "pending")
    assert api("GET", f"/v1/subscribers/{told['id']}").json == told
    (line,) = rows(database, ConsentLine)
    (asked,) = rows(database, ConfirmationRequest)
    assert (line.wording, line.source, line.method, line.proof) == ("Quiero el boletín", "api:caja", "api", f"request:{asked.id}")


def test_many_are_told_with_as_many_statements_as_a_few(api: Program, database: Database) -> None:
    made = api("POST", "/v1/segments", {"name": "Todas", "tree": {"all": []}}).json["id"]
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    counted = []
    for number in range(1, 13):
        api("POST", "/v1/subscribers", ANA | {"email": f"ana{number}@example.net", "lists": ["newsletter"]})
        if number in (3, 12):
            for method, path, body in (
                ("GET", "/v1/subscribers", None),
                ("GET", f"/v1/segments/{made}/members", None),
                ("POST", "/v1/subscribers/search", {"text": "ana"}),
            ):
                asked.clear()
                told = api(method, path, body).json["data"]
                counted.append(len(asked))
                assert [one["email"] for one in told if one["values"]["first_name"] == "Ana" and one["lists"]]
                assert len(told) == number
    assert counted[:3] == counted[3:]


def test_who_has_shown_already_that_the_address_is_hers_joins_at_once(api: Program, database: Database) -> None:
    made = api("POST", "/v1/subscribers", ANA | {"lists": ["newsletter"], "double_opt_in": False})
    assert made.json["joined"] == {"newsletter": "confirmed"}
    assert [line.proof for line in rows(database, ConsentLine)] == ["basis:consent"]
    again = api(
        "POST", "/v1/subscribers", {"email": "ana@example.net", "lists": ["newsletter"], "consent": GROUNDS, "values": {"sex": None}}
    )
    assert (again.status_code, again.json["result"], again.json["joined"]) == (200, "updated", {"newsletter": "already-confirmed"})
    assert again.json["subscriber"]["values"] == {"first_name": "Ana"}
    assert len(rows(database, Subscriber)) == 1


def test_without_grounds_nobody_is_added_and_no_list_joined(api: Program, database: Database) -> None:
    refused = api("POST", "/v1/subscribers", {"email": "ana@example.net"})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/consent")
    api("POST", "/v1/subscribers", ANA)
    assert api("POST", "/v1/subscribers", {"email": "ana@example.net", "lists": ["newsletter"]}).status_code == 422
    assert api("POST", "/v1/subscribers", {"email": "ana@example.net", "language": "en"}).json["subscriber"]["language"] == "en"
    assert rows(database, Subscription) == []


def test_who_left_complained_or_was_blocked_is_brought_back_by_nobody(api: Program, database: Database, ring: Ring, now: datetime) -> None:
    api("POST", "/v1/subscribers", ANA | {"lists": ["newsletter"], "double_opt_in": False})
    with database.begin() as session:
        leave(session, session.scalars(select(Subscription.id)).one(), method=LeaveMethod.PAGE, now=now)
        suppress(session, "dario@example.net", SuppressionReason.COMPLAINT, ring=ring, now=now)
    joins = {"lists": ["newsletter"], "consent": GROUNDS, "double_opt_in": False}
    assert api("POST", "/v1/subscribers", {"email": "ana@example.net", **joins}).json["joined"] == {"newsletter": "left"}
    refused = api("POST", "/v1/subscribers", {"email": "dario@example.net", **joins})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/email")
    assert [row.state for row in rows(database, Subscription)] == ["left"]
    asked = api("POST", "/v1/subscribers", {"email": "ana@example.net", "lists": ["newsletter"], "consent": GROUNDS})
    assert asked.json["joined"] == {"newsletter": "confirmation-due"}
    assert [row.state for row in rows(database, Subscription)] == ["left"]  # until her own button


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"birth_date": "2020-01-01"}, 422),
        ({"sex": "q"}, 422),
        ({"first_name": "https://casino"}, 422),
        ({"place": "ES-XX"}, 422),
        ({"first_name": 0}, 400),
        ({"first_name": True}, 400),
        ({"first_name": []}, 400),
        ({"first_name": {}}, 400),
        ({"interests": "copas"}, 400),
        ({"points": "5"}, 400),
        ({"points": True}, 400),
        ({"points": 2**63}, 400),
        ({"points": 10**400}, 400),
        ({"saldo": 12.5}, 400),
        ({"saldo": "12"}, 400),
        ({"saldo": 2**63}, 400),
        ({"nobody_knows": "x"}, 400),
    ],
)
def test_s_37_values_are_strict_by_kind_and_read_by_the_rules_of_forms(
    api: Program, database: Database, values: dict[str, Any], status: int
) -> None:
    with database.begin() as session:
        session.add_all(
            Field(key=key, kind=kind, label={"es": key, "en": key}, currency="EUR")
            for key, kind in (("points", "number"), ("saldo", "money"))
        )
    answer = api("POST", "/v1/subscribers", ANA | {"values": values})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["errors"][0]["pointer"].startswith("#/values")
    assert "nobody_knows" not in answer.text
    assert rows(database, Subscriber) == []
    good = {"points": 3, "saldo": 1250, "interests": ["copas"], "birth_date": "1988-03-14", "city": "Alcalá"}
    assert api("POST", "/v1/subscribers", ANA | {"values": good}).json["subscriber"]["values"] == good


@pytest.mark.parametrize(
    "raw",
    ['{"email": 0}', '{"email": true}', '{"email": []}', '{"email": {}}', '{"email": "a@example.net", "lists": "newsletter"}',
     '{"email": "a@example.net", "double_opt_in": 0}', '{"email": "a@example.net", "values": NaN}', "[]", "NaN", "null", '"x"', "{",
     '{"email": "a@example.net", "values": {"points": NaN}}', '{"email": "a@example.net", "id": 1}', "[" * 10_000],
)  # fmt: skip
def test_s_37_json_of_another_kind_is_refused_with_400(api: Program, raw: str) -> None:
    for path in ("/v1/subscribers", "/v1/subscribers/batch", "/v1/segments", "/v1/lists", "/v1/fields", "/v1/suppressions"):
        answer = api.client.post(path, data=raw, headers=api.headers | {"Content-Type": "application/json"})
        assert (path, answer.status_code, answer.mimetype) == (path, 400, "application/problem+json")
    assert api.client.post("/v1/subscribers", data=raw, headers=api.headers).status_code == 415


def test_s_37_ids_are_numbers_that_a_row_can_have(api: Program) -> None:
    for number in (str(2**63), str(10**30), "-1", "1.0", "x", "true", "%00"):
        for path in ("/v1/subscribers/{}", "/v1/segments/{}", "/v1/segments/{}/count"):
            assert api("GET", path.format(number)).status_code == 404, path
        assert api("GET", f"/v1/subscribers?cursor={number}").status_code == 400
        assert api("GET", f"/v1/segments/1/explain?subscriber={number}").status_code in {400, 404}
    for wrong in ("1", 2**63, -1, True, 1.5, [], {}):
        assert api("POST", "/v1/segments", {"name": "X", "tree": {"all": [{"segment": wrong}]}}).status_code == 400


def test_a_batch_names_each_result_and_one_that_cannot_be_stops_no_other(api: Program, database: Database) -> None:
    people = [ANA | {"email": f"p{number}@example.net"} for number in range(30)]
    people[3], people[7], people[9] = {"email": "p3@example.net"}, ANA | {"email": "p7@gmial.com"}, {"mail": 1}
    results = api("POST", "/v1/subscribers/batch", {"subscribers": people}).json["results"]
    assert {place: one["status"] for place, one in enumerate(results) if one["status"] != 201} == {3: 422, 7: 422, 9: 400}
    assert "p7@gmail.com" in results[7]["errors"][0]["detail"]
    assert len(rows(database, Subscriber)) == 27
    assert api("POST", "/v1/subscribers/batch", {"subscribers": [ANA] * 1001}).status_code == 400


def test_people_are_paged_found_and_let_go(api: Program, database: Database) -> None:
    for name in ("ana", "bea", "eva"):
        api("POST", "/v1/subscribers", ANA | {"email": f"{name}@example.net", "lists": ["newsletter"], "double_opt_in": name == "eva"})
    first = api("GET", "/v1/subscribers?limit=2").json
    rest = api("GET", f"/v1/subscribers?limit=2&cursor={first['next']}").json
    assert [one["email"][:3] for one in first["data"] + rest["data"]] == ["ana", "bea", "eva"]
    assert rest["next"] is None
    assert len(api("GET", "/v1/subscribers?list=newsletter&state=confirmed").json["data"]) == 2
    assert [api("GET", f"/v1/subscribers?{asked}").status_code for asked in ("list=nowhere", "state=left", "state=x", "email=a")] == [
        400
    ] * 4
    (found,) = api("POST", "/v1/subscribers/search", {"text": "be"}).json["data"]
    gone = api("DELETE", f"/v1/subscribers/{found['id']}")
    assert gone.json == {"id": found["id"], "left": ["newsletter"], "suppressed": True, "erased": False}
    told = api("GET", f"/v1/subscribers/{found['id']}").json
    assert (told["suppressed"], told["lists"][0]["state"]) == (True, "left")
    assert api("DELETE", f"/v1/subscribers/{found['id']}").json["left"] == []
    assert api("DELETE", f"/v1/subscribers/{found['id']}?mode=half").status_code == 400
    assert api("DELETE", f"/v1/subscribers/{found['id']}?mode=erase").json["erased"] is True
    assert [api(method, f"/v1/subscribers/{found['id']}?mode=erase").status_code for method in ("DELETE",)] == [404]
    assert api("GET", f"/v1/subscribers/{found['id']}").status_code == 404


def test_the_same_request_sent_again_is_answered_again_and_not_done_again(api: Program, database: Database) -> None:
    body = {"slug": "vip", "name": {"es": "VIP", "en": "VIP"}}
    first = api("POST", "/v1/lists", body, Idempotency_Key="k-1")
    again = api("POST", "/v1/lists", body, Idempotency_Key='"k-1"')
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api("POST", "/v1/lists", body | {"slug": "other"}, Idempotency_Key="k-1").status_code == 422
    assert api("POST", "/v1/lists", body, Idempotency_Key="k-2").status_code == 409  # the list is there
    assert api("POST", "/v1/lists", body, Idempotency_Key="x" * 201).status_code == 400
    assert len(rows(database, List)) == 2


def test_a_first_request_that_is_still_being_done_is_not_done_beside_it(api: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def meanwhile(*args: Any, **more: Any) -> Any:
        monkeypatch.undo()
        seen.append(api("POST", "/v1/suppressions", {"what": "@example.org"}, Idempotency_Key="k").status_code)
        raise RuntimeError("killed")

    monkeypatch.setattr("mailflow.api.suppressions.mark_of", meanwhile)
    assert api("POST", "/v1/suppressions", {"what": "@example.org"}, Idempotency_Key="k").status_code == 500
    assert seen == [409]
    assert api("POST", "/v1/suppressions", {"what": "@example.org"}, Idempotency_Key="k").json == {"new": True}


def test_lists_fields_and_segments_are_changed_as_they_were_seen(api: Program) -> None:
    size = {"kind": "one-of", "label": {"es": "Talla", "en": "Size"}, "options": [{"label": {"es": "S", "en": "S"}}]}
    made = api("POST", "/v1/fields", size)
    assert (made.status_code, made.json["key"], made.json["options"][0]["key"]) == (201, "talla", "s")
    assert api("POST", "/v1/fields", size | {"key": "talla"}).status_code == 409
    assert api("POST", "/v1/fields", size | {"key": "email"}).status_code == 422
    assert api("POST", "/v1/fields", size | {"kind": "money"}).json["errors"][0]["pointer"] == "#/currency"
    shown = api("GET", "/v1/fields/talla")
    change = {"label": {"es": "Tu talla", "en": "Your size"}, "options": [{"key": "s", "label": {"es": "P", "en": "S"}}]}
    assert api("PUT", "/v1/fields/talla", change, If_Match='"old"').status_code == 412
    assert api("PUT", "/v1/fields/talla", change, If_Match=shown.headers["ETag"]).json["label"]["en"] == "Your size"
    assert api("DELETE", "/v1/fields/talla").json == {"result": "deleted"}
    assert api("DELETE", "/v1/fields/sex").json == {"result": "archived"}
    assert api("GET", "/v1/lists").json["data"][0]["slug"] == "newsletter"
    assert api("PUT", "/v1/lists/newsletter", {"name": {"es": "A", "en": "B"}}).json["name"] == {"es": "A", "en": "B"}
    assert api("PUT", "/v1/lists/nowhere", {"name": {"es": "A", "en": "B"}}).status_code == 404


def test_a_segment_is_counted_its_people_told_and_explained(api: Program) -> None:
    for name in ("ana", "eva"):
        api("POST", "/v1/subscribers", ANA | {"email": f"{name}@example.net", "values": {"first_name": name.title()}})
    tree = {"all": [{"field": "first_name", "is": "is", "value": "eva"}]}
    made = api("POST", "/v1/segments", {"name": "Evas", "tree": tree})
    one = f"/v1/segments/{made.json['id']}"
    assert (made.status_code, api("GET", f"{one}/count").json) == (201, {"people": 1})
    assert [person["email"] for person in api("GET", f"{one}/members").json["data"]] == ["eva@example.net"]
    why = api("GET", f"{one}/explain?subscriber=1").json
    assert (why["member"], why["because"]["below"][0]["met"], "First name" in why["because"]["says"]) == (False, False, True)
    assert api("GET", f"{one}/explain?subscriber=99").status_code == 404
    assert api("POST", "/v1/segments", {"name": "Evas", "tree": tree}).status_code == 409
    deep: dict[str, Any] = {"all": []}
    for _ in range(9):
        deep = {"all": [deep]}
    for bad in ({"all": [{"field": "x; DROP", "is": "is", "value": 1}]}, deep, {"any": [{"did": "clicked"}] * 201}):
        assert api("POST", "/v1/segments", {"name": "Bad", "tree": bad}).status_code == 400
    assert api("PUT", one, {"name": "Eva", "tree": {"all": []}}, If_Match=api("GET", one).headers["ETag"]).json["tree"] == {"all": []}
    assert api("DELETE", one).status_code == 200
    assert api("GET", one).status_code == 404


def test_who_gets_nothing_is_told_as_marks_and_never_freed_by_a_program_when_she_complained(
    api: Program, database: Database, ring: Ring, now: datetime
) -> None:
    for what, scope in (("dario@example.net", "everything"), ("@example.org", "marketing"), ("b" * 64, "list:newsletter")):
        assert api("POST", "/v1/suppressions", {"what": what, "scope": scope, "note": "asked"}).json == {"new": True}
    assert api("POST", "/v1/suppressions", {"what": "dario@example.net"}).json == {"new": False}
    assert [api("POST", "/v1/suppressions", {"what": what}).status_code for what in ("nobody", "a b@example.net")] == [422, 422]
    assert api("POST", "/v1/suppressions", {"what": "a@example.net", "scope": "list:nowhere"}).status_code == 422
    with database.begin() as session:
        suppress(session, "carla@example.net", SuppressionReason.COMPLAINT, ring=ring, now=now)
    told = api("GET", "/v1/suppressions")
    assert [(one["form"], one["domain"], one["scope"]) for one in told.json["data"][:3]] == [
        ("address", None, "everything"), ("domain", "example.org", "marketing"), ("sha256", None, "list:newsletter"),
    ]  # fmt: skip
    assert "dario" not in told.text
    assert api("POST", "/v1/suppressions/1/lift", {"note": "by telephone"}).status_code == 200
    assert api("POST", "/v1/suppressions/4/lift", {"note": "by telephone"}).status_code == 409
    assert api("POST", "/v1/suppressions/2/lift", {}).status_code == 400
    assert api("POST", "/v1/suppressions/99/lift", {"note": "x"}).status_code == 404
