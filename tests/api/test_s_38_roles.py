"""S-38: who may call what, generated from the route tables themselves: every route and method of the API and of the studio, every role."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from mailflow.api.assembly import create_api
from mailflow.api.openapi import description
from mailflow.audience.first_start import first_start
from mailflow.foundation.accounts import SCOPES, make_api_key, revoke_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.studio.assembly import create_studio

OPEN = {("GET", "/v1/openapi.json")}


def calls(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every method and rule, with an address that leads somewhere."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule, re.sub(r"<[^>]+>", "1", rule.rule)


@pytest.fixture
def api(database: Database, settings: Settings, ring: Ring, now: datetime) -> Flask:
    with database.begin() as session:
        first_start(session, now=now)
    return create_api(database, settings, ring, clock=lambda: now)


@pytest.fixture
def keys(api: Flask, database: Database, now: datetime) -> dict[str, str]:
    with database.begin() as session:
        made = {scope: make_api_key(session, scope, scopes=[scope], now=now) for scope in SCOPES}
        gone = make_api_key(session, "gone", scopes=SCOPES, now=now)
        revoke_api_key(session, gone.id, now=now)
    return {scope: key.text for scope, key in made.items()} | {"revoked": gone.text, "nobody": ""}


def scope_of(paths: dict[str, Any], method: str, rule: str) -> str:
    """The one scope that opens a route, as the description says."""
    told = {re.sub("{[^}]+}", "x", path): verbs for path, verbs in paths.items()}
    return str(told[re.sub("<[^>]+>", "x", rule)][method.lower()]["security"][0]["key"][0])


def answers(api: Flask, keys: dict[str, str], method: str, address: str) -> dict[str, int]:
    client = api.test_client()
    return {
        role: client.open(address, method=method, headers={"Authorization": f"Bearer {key}"} if key else {}).status_code
        for role, key in keys.items()
    }


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s_38_every_route_of_the_api_opens_for_its_own_scope_and_no_other(api: Flask, keys: dict[str, str]) -> None:
    seen, paths = 0, description()["paths"]
    for method, rule, address in calls(api):
        if (method, rule) in OPEN:
            continue
        told = answers(api, keys, method, address)
        own = scope_of(paths, method, rule)
        assert told.pop(own) not in {401, 403, 500}, (method, rule)
        assert (told.pop("nobody"), told.pop("revoked")) == (401, 401), (method, rule)
        assert set(told.values()) == {403}, (method, rule)
        seen += 1
    assert seen == sum(len(verbs) for verbs in paths.values())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s_38_a_route_that_forgot_its_guard_is_found(api: Flask, keys: dict[str, str]) -> None:
    api.add_url_rule("/v1/planted", "planted", lambda: "inside")
    assert set(answers(api, keys, "GET", "/v1/planted").values()) == {403}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s_38_no_route_of_the_studio_does_anything_for_a_stranger_or_a_key(
    database: Database, settings: Settings, keys: dict[str, str]
) -> None:
    studio = create_studio(database, settings)
    studio.testing = False
    studio.config["WTF_CSRF_ENABLED"] = False  # it would refuse first
    public = {name for name, view in studio.view_functions.items() if getattr(view, "mailflow_access", None) == "public"}
    headers: list[dict[str, Any]] = [{}, {"Authorization": f"Bearer {keys['subscribers:write']}"}]
    opened = []
    for rule in studio.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint in public:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for one in headers:
                answer = studio.test_client().open(re.sub(r"<[^>]+>", "1", rule.rule), method=method, headers=one)
                if answer.status_code != 302 or not answer.location.startswith("/sign-in"):
                    opened.append((method, rule.rule, answer.status_code))
    assert opened == []
