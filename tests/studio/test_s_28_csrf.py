"""S-28: every change of state without or with a wrong token, or from another origin, is refused in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from flask import Flask

from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.studio.assembly import create_studio
from tests.studio.conftest import Visitor


def changing_paths(studio: Flask) -> Iterator[str]:
    """One address for every view that takes POST, PUT, PATCH or DELETE."""
    for rule in studio.url_map.iter_rules():
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            yield re.sub(r"<[^>]+>", "1", rule.rule)


def test_s_28_there_are_views_to_guard(studio: Flask) -> None:
    assert {"/sign-in", "/sign-out", "/language", "/settings/", "/settings/keys"} <= set(changing_paths(studio))


def test_s_28_no_form_is_taken_without_a_token(studio: Flask, bruno: Visitor) -> None:
    refused = {path: bruno.client.post(path, data={"name": "x"}).status_code for path in changing_paths(studio)}
    assert set(refused.values()) == {403}, refused


def test_s_28_no_form_is_taken_with_a_wrong_token(studio: Flask, bruno: Visitor) -> None:
    wrong = "x" + bruno.token()[1:]
    refused = {path: bruno.client.post(path, data={"csrf_token": wrong}).status_code for path in changing_paths(studio)}
    assert set(refused.values()) == {403}, refused


def test_s_28_a_token_of_another_browser_is_refused(bruno: Visitor, stranger: Visitor) -> None:
    answer = bruno.client.post("/language", data={"csrf_token": stranger.token(), "language": "es"})
    assert answer.status_code == 403


def test_s_28_no_form_is_taken_from_another_origin(studio: Flask, bruno: Visitor) -> None:
    token = bruno.token()
    refused = {}
    for path in changing_paths(studio):
        for origin in ("https://evil.example.com", "null", "http://localhost:9999", "http://localhost.evil.example.com"):
            refused[path, origin] = bruno.client.post(path, data={"csrf_token": token}, headers={"Origin": origin}).status_code
    assert set(refused.values()) == {403}, refused


def test_s_28_a_form_sent_across_sites_is_refused_even_without_an_origin(bruno: Visitor) -> None:
    answer = bruno.post("/language", {"language": "es"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_s_28_a_form_from_our_own_pages_is_taken(bruno: Visitor) -> None:
    for origin in ("http://localhost", "http://localhost:8000"):  # where it is served, and the public address in the settings
        assert bruno.post("/language", {"language": "en"}, headers={"Origin": origin}).status_code == 302


def test_s_28_the_refusal_is_a_page_in_the_readers_language(bruno: Visitor, stranger: Visitor) -> None:
    assert "Nothing was changed" in bruno.client.post("/language").text
    spanish = stranger.client.post("/language", headers={"Accept-Language": "es"}).text
    assert "No ha cambiado nada" in spanish
    assert "Traceback" not in spanish


def test_s_28_the_session_cookie_is_lax_and_out_of_reach_of_scripts(stranger: Visitor) -> None:
    cookie = stranger.sign_in().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_s_28_the_session_cookie_is_secure_where_the_address_is_https(database: Database, settings: Settings, now: datetime) -> None:
    served = replace(settings, base_url="https://correo.example.net")
    client = create_studio(database, served, clock=lambda: now).test_client()
    answer = client.get("/sign-in", base_url="https://correo.example.net")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]
