"""Signing in and out, as Bruno and as somebody who tries to be him."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from mailflow.foundation.accounts import User
from mailflow.foundation.database import Database
from tests.studio.conftest import BRUNO, PASSWORD, Visitor


def test_bruno_comes_in_with_his_password(bruno: Visitor) -> None:
    assert "Bruno Rivas" in bruno.get("/").text


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(stranger: Visitor) -> None:
    wrong = stranger.sign_in(password="something else")
    unknown = stranger.sign_in(email="nobody@example.net")
    assert wrong.status_code == unknown.status_code == 422
    assert "no van juntas" in wrong.text
    assert "no van juntas" in unknown.text
    assert PASSWORD not in wrong.text


def test_after_five_failures_even_the_right_password_waits(stranger: Visitor) -> None:
    for _ in range(5):
        stranger.sign_in(password="guessing")
    answer = stranger.sign_in()
    assert answer.status_code == 429
    assert "cuarto de hora" in answer.text


def test_signing_in_goes_on_to_the_page_that_was_wanted(stranger: Visitor) -> None:
    wanted = stranger.get("/settings/keys").location
    assert wanted == "/sign-in?next=/settings/keys"
    assert stranger.sign_in(next="/settings/keys").location == "/settings/keys"


@pytest.mark.parametrize(
    "target", ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "javascript:alert(1)", "/\tx", "\n/x"]
)
def test_signing_in_never_leads_to_another_host(stranger: Visitor, target: str) -> None:
    assert stranger.sign_in(next=target).location == "/"


def test_signing_out_takes_a_form_not_a_link(bruno: Visitor) -> None:
    assert bruno.get("/sign-out").status_code == 405
    assert bruno.get("/").status_code == 200
    bruno.client.post("/sign-out", data={"csrf_token": bruno.token("/")})
    assert bruno.get("/").status_code == 302


def test_s_31_a_copied_cookie_ends_with_signing_out(bruno: Visitor, new_visitor: Callable[[], Visitor]) -> None:
    cookie = bruno.client.get_cookie("mailflow_studio")
    assert cookie
    bruno.client.post("/sign-out", data={"csrf_token": bruno.token("/")})
    thief = new_visitor()
    thief.client.set_cookie("mailflow_studio", cookie.value)
    assert thief.get("/").status_code == 302


def test_s_31_signing_in_gives_a_new_session_and_ends_the_old_one(bruno: Visitor, new_visitor: Callable[[], Visitor]) -> None:
    cookie = bruno.client.get_cookie("mailflow_studio")
    assert cookie
    bruno.client.post("/sign-in", data={"csrf_token": bruno.token("/"), "email": BRUNO, "password": PASSWORD})
    assert bruno.get("/").status_code == 200
    thief = new_visitor()
    thief.client.set_cookie("mailflow_studio", cookie.value)
    assert thief.get("/").status_code == 302


def test_s_35_a_stranger_who_guesses_does_not_keep_bruno_out(bruno: Visitor, stranger: Visitor) -> None:
    for _ in range(6):
        stranger.sign_in(password="guessing")
    assert stranger.sign_in().status_code == 429
    bruno.client.post("/sign-out", data={"csrf_token": bruno.token("/")})
    assert bruno.sign_in().status_code == 302


def test_s_35_another_network_is_another_stranger(new_visitor: Callable[[], Visitor]) -> None:
    guesser, owner = new_visitor(), new_visitor()
    guesser.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    owner.client.environ_base["REMOTE_ADDR"] = "198.51.100.20"
    for _ in range(6):
        guesser.sign_in(password="guessing")
    assert owner.sign_in().status_code == 302


def test_the_device_is_remembered_by_a_cookie_that_no_script_reads(stranger: Visitor) -> None:
    answer = stranger.sign_in()
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("mailflow_device="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_guessing_the_present_password_of_an_open_session_is_stopped_too(bruno: Visitor) -> None:
    new = {"old": "guessing", "new": "a whole new sentence", "again": "a whole new sentence"}
    for _ in range(5):
        assert "not your present password" in bruno.post("/settings/account/password", new).text
    assert "Too many tries" in bruno.post("/settings/account/password", new).text
    assert "Too many tries" in bruno.post("/settings/account/password", new | {"old": PASSWORD}).text
    assert bruno.get("/").status_code == 200


def test_a_change_of_password_ends_the_other_sessions(bruno: Visitor, new_visitor: Callable[[], Visitor]) -> None:
    elsewhere = new_visitor()
    elsewhere.sign_in()
    new = {"old": PASSWORD, "new": "a whole new sentence", "again": "a whole new sentence"}
    bruno.client.post("/settings/account/password", data={"csrf_token": bruno.token("/"), **new})
    assert bruno.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_a_disabled_account_is_out_at_once(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        account = session.get(User, 1)
        assert account
        account.disabled_at = now
    assert bruno.get("/").status_code == 302


def test_an_altered_session_is_nobody(bruno: Visitor) -> None:
    cookie = bruno.client.get_cookie("mailflow_studio")
    assert cookie
    bruno.client.set_cookie("mailflow_studio", "x" + cookie.value[1:])
    assert bruno.get("/").status_code == 302


def test_the_language_is_kept_with_the_account(bruno: Visitor, database: Database) -> None:
    bruno.client.post("/language", data={"csrf_token": bruno.token("/"), "language": "es"})
    assert '<html lang="es"' in bruno.get("/").text
    with database.read() as session:
        assert session.get(User, 1).language == "es"  # type: ignore[union-attr]


def test_before_signing_in_the_language_is_the_browsers_until_one_is_chosen(stranger: Visitor) -> None:
    assert '<html lang="en"' in stranger.get("/sign-in", headers={"Accept-Language": "en-GB,en"}).text
    stranger.post("/language", {"language": "es"})
    assert '<html lang="es"' in stranger.get("/sign-in", headers={"Accept-Language": "en"}).text


def test_until_bruno_chooses_the_studio_speaks_as_his_browser(bruno: Visitor, database: Database) -> None:
    with database.begin() as session:
        session.get_one(User, 1).language = ""
    assert '<html lang="en"' in bruno.get("/", headers={"Accept-Language": "en-GB,en;q=0.8"}).text
    assert '<html lang="es"' in bruno.get("/", headers={"Accept-Language": "es-AR,en;q=0.8"}).text
    assert '<html lang="es"' in bruno.get("/", headers={"Accept-Language": "fr"}).text  # the installation's
    bruno.client.post("/language", data={"csrf_token": bruno.token("/"), "language": "en"})
    assert '<html lang="en"' in bruno.get("/", headers={"Accept-Language": "es"}).text


def test_the_language_chosen_before_signing_in_is_kept_afterwards(stranger: Visitor, database: Database) -> None:
    with database.begin() as session:
        session.get_one(User, 1).language = ""
    stranger.post("/language", {"language": "en"})
    stranger.sign_in()
    assert '<html lang="en"' in stranger.get("/", headers={"Accept-Language": "es"}).text


def test_the_sign_in_page_offers_the_other_language_at_the_top(stranger: Visitor) -> None:
    page = stranger.get("/sign-in").text
    assert page.index('action="/language"') < page.index('action="/sign-in"')


def test_no_write_transaction_is_open_while_a_password_is_hashed(
    studio: Flask, stranger: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_writes: list[bool] = []
    seen: list[bool] = []
    begin = Database.begin

    @contextmanager
    def watched(self: Database) -> Iterator[Session]:
        open_writes.append(True)
        try:
            with begin(self) as session:
                yield session
        finally:
            open_writes.pop()

    for name in ("hash", "verify"):
        slow = getattr(PasswordHasher, name)
        monkeypatch.setattr(PasswordHasher, name, lambda *args, slow=slow: (seen.append(bool(open_writes)), slow(*args))[1])
    monkeypatch.setattr(Database, "begin", watched)
    stranger.sign_in(password="wrong")
    stranger.sign_in()
    new = {"old": PASSWORD, "new": "a whole new sentence", "again": "a whole new sentence"}
    stranger.client.post("/settings/account/password", data={"csrf_token": stranger.token("/"), **new})
    assert len(seen) >= 4
    assert not any(seen)


def test_below_its_mount_the_cookie_is_sent_to_the_studio_only(studio: Flask) -> None:
    client = Client(DispatcherMiddleware(Response("outside"), {"/studio": studio}))
    answer = client.get("/studio/sign-in")
    assert "Path=/studio" in answer.headers["Set-Cookie"]
    assert 'action="/studio/sign-in"' in answer.text
    assert client.get("/studio/settings/?a=1").location == "/studio/sign-in?next=/studio/settings/?a%3D1"
