"""The studio on a fresh database, with Bruno's account, and a visitor who fills in forms as a browser does."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mailflow.foundation.accounts import add_user
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.studio.assembly import create_studio

BRUNO = "bruno@example.net"
PASSWORD = "aceite-nuevo-1"
_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""As good as any for a test, and looked at in no time."""
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One browser with its cookies; ``post`` takes the token from a page it has seen, as a form does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._seen(self.client.get(path, **more))

    def _seen(self, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html" and (found := _TOKEN.search(answer.text)):
            self._token = found[1]
        return answer

    def token(self, page: str = "/sign-in") -> str:
        answer = self.client.get(page, follow_redirects=True)
        found = _TOKEN.search(answer.text)
        assert found, f"no form on {page}"
        return found[1]

    def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> TestResponse:
        token = self._token or self.token("/sign-in" if path == "/sign-in" else "/settings/account")  # a small page
        answer = self.client.post(path, data={"csrf_token": token, **(data or {})}, **more)
        if path.startswith("/sign-"):
            self._token = ""  # another session has another one
        return self._seen(answer)

    def sign_in(self, email: str = BRUNO, password: str = PASSWORD, **more: str) -> TestResponse:
        return self.post("/sign-in", {"email": email, "password": password, **more})


@pytest.fixture
def studio(database: Database, settings: Settings, now: datetime) -> Flask:
    """The studio, told that it is noon."""
    with database.begin() as session:
        add_user(session, BRUNO, name="Bruno Rivas", password_hash=_HASH, language="en", now=now)
    app = create_studio(database, settings, clock=lambda: now)
    app.testing = False  # refusals and bugs answer as they do in life
    return app


@pytest.fixture
def new_visitor(studio: Flask) -> Callable[[], Visitor]:
    """Opens one more browser."""
    return lambda: Visitor(studio.test_client())


@pytest.fixture
def stranger(new_visitor: Callable[[], Visitor]) -> Visitor:
    """Somebody who is not signed in."""
    return new_visitor()


@pytest.fixture
def bruno(new_visitor: Callable[[], Visitor]) -> Visitor:
    """Bruno, signed in, reading English."""
    visitor = new_visitor()
    assert visitor.sign_in().status_code == 302
    return visitor
