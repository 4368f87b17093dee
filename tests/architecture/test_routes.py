"""Every address of every door says for whom it is, and looking at any of them changes nothing (S-30)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import Client

from mailflow.api.assembly import create_api
from mailflow.app import create_app
from mailflow.demo.storefront import storefront
from mailflow.foundation.accounts import add_user, hash_password
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose
from mailflow.schema import metadata
from mailflow.studio.assembly import create_studio
from preference_center import create_app as create_preference_center
from tests.house import House
from tests.sink import Sink

KNOWN = {"public", "staff", "keyed"}
TRACES = {"hit", "mailing_total", "activity", "message", "api_key"}
"""What an open or click leaves, which is what a pixel is for; never a person's choice."""
TOKENS = {"confirm": Purpose.CONFIRM, "preferences": Purpose.PREFERENCES, "unsubscribe": Purpose.LEAVE}


def undeclared(app: Flask) -> list[str]:
    """Views that do not say who may call them."""
    return [
        name
        for name, view in app.view_functions.items()
        if not name.endswith("static") and getattr(view, "mailflow_access", None) not in KNOWN
    ]


@pytest.fixture
def doors(database: Database, settings: Settings, ring: Ring) -> dict[str, Flask]:
    return {
        "studio": create_studio(database, settings, ring),
        "api": create_api(database, settings, ring),
        "public": create_preference_center(database, settings, ring, more=(storefront,)),
    }


def test_every_view_of_every_door_is_declared(doors: dict[str, Flask]) -> None:
    assert {name: undeclared(app) for name, app in doors.items()} == {"studio": [], "api": [], "public": []}


def test_a_view_that_says_nothing_is_found(doors: dict[str, Flask]) -> None:
    doors["public"].add_url_rule("/planted", "planted", lambda: "inside")
    assert undeclared(doors["public"]) == ["planted"]


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        made = House(database, settings, ring, sink, now)
        made.joins("ana@example.net", first_name="Ana")
        made.asks("pendiente@example.net")
        made.tick(1)
        with database.begin() as session:
            add_user(session, "bruno@example.net", name="Bruno", password_hash=hash_password("una clave larga"), now=now)
        yield made


def _everything(database: Database) -> dict[str, list[Any]]:
    with database.read() as session:
        return {name: session.execute(text(f'select * from "{name}"')).all() for name in metadata.tables if name not in TRACES}


def _addresses(doors: dict[str, Flask], ring: Ring) -> list[str]:
    """One address for each rule, with ids and tokens that lead somewhere."""
    mounted = {"studio": "/studio", "api": "/api", "public": ""}
    rules = [(mounted[name], rule) for name, app in doors.items() for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    found = []
    for mount, rule in rules:
        purpose = next((purpose for word, purpose in TOKENS.items() if word in rule.rule), Purpose.FORM)
        filled = re.sub(r"<(?:[^:>]+:)?token>", ring.mint.make(purpose, 1), rule.rule)
        found.append(mount + re.sub(r"<[^>]+>", "1", filled.replace("<slug>", "newsletter")))
    beacons = [
        f"/o/{ring.mint.make(Purpose.OPEN, 1)}.gif",
        f"/c/{ring.mint.make(Purpose.CLICK, 1, 1)}",
        f"/view/{ring.mint.make(Purpose.VIEW, 1)}",
    ]
    return found + beacons + ["/healthz", "/readyz", "/metrics", "/", "/nowhere"]


def test_s_30_no_get_and_no_head_of_any_door_changes_what_is_kept(house: House, doors: dict[str, Flask]) -> None:
    client = Client(create_app(house.settings, house.database))
    page = client.get("/studio/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    client.post("/studio/sign-in", data={"email": "bruno@example.net", "password": "una clave larga", "csrf_token": token.group(1)})
    assert client.get("/studio/campaigns/").status_code == 200
    before = _everything(house.database)
    seen = [
        (method, address, client.open(address, method=method).status_code)
        for address in _addresses(doors, house.ring)
        for method in ("GET", "HEAD")
    ]
    assert [line for line in seen if line[2] >= 500] == []
    assert len(seen) > 100
    assert _everything(house.database) == before
