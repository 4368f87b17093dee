"""A program of the shop brings people in: tried out first, started when it says so, told row by row, the same however often it is sent."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from mailflow.api.assembly import create_api
from mailflow.api.import_told import ImportTold
from mailflow.audience.importing.models import Import
from mailflow.audience.models import Subscriber
from mailflow.foundation.accounts import make_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from tests.studio.import_shop import TILL, open_shop, work_off, workbook

FILE = "Correo;Nombre;Notas\nana@example.org;Ana;=1+1\ncarla@example.org;=cmd;\nberta@gmial.com;Berta;\n"
ASKED = {"list": "newsletter", "basis": "consent", "wording": "Hoja del mostrador, 2024", "name": "clientes.csv"}
Ask = Callable[..., Any]


@pytest.fixture
def ask(database: Database, settings: Settings, ring: Ring, now: datetime) -> Ask:
    """Calls the API with a key that may bring people in."""
    open_shop(database, now)
    client = create_api(database, settings, ring, clock=lambda: now).test_client()
    with database.begin() as session:
        key = make_api_key(session, "till", scopes=("imports:read", "imports:write"), now=now).text

    def call(method: str, path: str = "", data: str | bytes = b"", headers: dict[str, str] | None = None, **asked: str) -> Any:
        told = {"Authorization": f"Bearer {key}", "Accept-Language": "en", "Content-Type": "text/csv", **(headers or {})}
        address = f"/v1/imports{path}" + (f"?{urlencode(asked)}" if asked else "")
        return client.open(address, method=method, data=data, headers=told)

    return call


def people(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Subscriber.email_key)))


def test_from_a_file_to_people_and_back(ask: Ask, database: Database, ring: Ring, now: datetime) -> None:
    before = people(database)
    answer = ask("POST", data=FILE, **ASKED)
    assert answer.status_code == 202, answer.text
    path = f"/{answer.json['id']}"
    assert answer.headers["Location"].endswith(f"/v1/imports{path}")
    assert answer.json["columns"] == {"Correo": "email", "Nombre": "first_name"}
    assert ask("POST", f"{path}/start").status_code == 409
    work_off(database, ring, now)
    told = ask("GET", path).json
    assert (told["state"], told["expected"]) == ("checked", {"new": 1, "left": 1, "typo": 1})
    assert people(database) == before
    assert ask("POST", f"{path}/start").json["state"] == "running"
    work_off(database, ring, now)
    assert ask("GET", path).json["outcomes"] == {"new": 1, "left": 1, "typo": 1}
    assert people(database) - before == {"ana@example.org"}
    rows = list(csv.reader(StringIO(ask("GET", f"{path}/report").text)))
    assert [row[:2] for row in rows[1:]] == [["3", "left"], ["4", "typo"]]
    assert rows[1][5] == "'=cmd", "no cell is a formula (S-44)"
    assert ask("POST", f"{path}/undo").json["state"] == "undoing"
    work_off(database, ring, now)
    assert (ask("GET", path).json["state"], people(database)) == ("undone", before)
    assert ImportTold.model_validate(ask("GET").json["data"][0]).id == path[1:]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook(TILL[:3])),
        ("application/x-ndjson", b'{"email": "ana.ruiz@example.org", "name": "Ana"}\n\n{"idioma": "en", "email": "berta@example.org"}\n'),
    ],
)
def test_a_workbook_and_json_lines_come_in_alike(
    ask: Ask, database: Database, ring: Ring, now: datetime, kind: str, content: bytes
) -> None:
    token = ask("POST", data=content, headers={"Content-Type": kind}, **ASKED).json["id"]
    work_off(database, ring, now)
    assert ask("GET", f"/{token}").json["expected"] == {"new": 2}


def test_sent_again_with_its_key_it_is_the_same_import(ask: Ask, database: Database) -> None:
    key = {"Idempotency-Key": "till-2026-11-22"}
    first, second = ask("POST", data=FILE, headers=key, **ASKED), ask("POST", data=FILE, headers=key, **ASKED)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json["id"] == second.json["id"]
    assert ask("POST", data=FILE, headers=key, **{**ASKED, "name": "otros.csv"}).status_code == 409
    assert ask("POST", data=FILE, **ASKED).json["id"] != first.json["id"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 2


@pytest.mark.parametrize(
    ("change", "data", "status"),
    [
        ({"list": "nowhere"}, FILE, 400),
        ({"basis": "because"}, FILE, 400),
        ({"wording": " "}, FILE, 400),
        ({"columns": "[1"}, FILE, 400),
        ({"columns": '{"Foto": "email"}'}, FILE, 422),
        ({"columns": '{"Correo": ""}'}, FILE, 422),
        ({"columns": '{"Nombre": "password"}'}, FILE, 422),
        ({"state": "done"}, FILE, 400),
        ({}, "", 422),
        ({}, b"PK\x03\x04 and no more", 422),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_kept(
    ask: Ask, database: Database, change: dict[str, str], data: str | bytes, status: int
) -> None:
    answer = ask("POST", data=data, **{**ASKED, **change})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 0


@pytest.mark.parametrize(
    "line",
    [
        b"[1]",
        b"{",
        b'{"email": {"a": 1}}',
        b'{"email": "\\ud800@example.net"}',
        b'{"\\uD800": ""}',
        b"[" * 10_000,
        json.dumps({f"c{n}": 1 for n in range(300)}).encode(),
    ],
)
def test_s_46_a_line_that_is_no_flat_object_is_named(ask: Ask, database: Database, line: bytes) -> None:
    content = b'{"email": "ana@example.org"}\n' + line
    answer = ask("POST", data=content, headers={"Content-Type": "application/x-ndjson"}, **ASKED)
    assert answer.status_code == 400
    assert answer.json["errors"][0]["parameter"] == "line 2"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 0


def test_who_is_not_known_and_what_is_not_there(ask: Ask) -> None:
    assert ask("POST", data=FILE, headers={"Authorization": "Bearer no"}, **ASKED).status_code == 401
    assert {ask(method, f"/nowhere{path}").status_code for method, path in (("GET", ""), ("GET", "/report"), ("POST", "/start"))} == {404}
    assert ask("GET", cursor="nowhere").status_code == 400
