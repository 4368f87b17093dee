"""A table that is missing is our fault, at every door: said as such, written to the log, and not "try again"."""

import logging

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from mailflow.app import create_app
from mailflow.audience.first_start import first_start
from mailflow.foundation.accounts import make_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from tests.conftest import NOON


@pytest.fixture
def key(database: Database) -> str:
    with database.begin() as session:
        first_start(session, now=NOON)
        return make_api_key(session, "shop", now=NOON).text


@pytest.mark.parametrize(
    ("method", "path", "table"),
    [("GET", "/studio/sign-in", "installation"), ("GET", "/subscribe/newsletter", "form"), ("POST", "/api/v1/events", "api_key")],
)
def test_it_is_a_fault_with_a_line_in_the_log(
    database: Database, settings: Settings, key: str, caplog: pytest.LogCaptureFixture, method: str, path: str, table: str
) -> None:
    client = Client(create_app(settings, database))
    with database.begin() as session:
        if database.url.startswith("sqlite"):
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(text(f'ALTER TABLE "{table}" RENAME TO gone'))
    with caplog.at_level(logging.ERROR):
        answer = client.open(path, method=method, headers={"Authorization": f"Bearer {key}"}, json=None)
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers
    assert "gone" not in answer.text
    assert table not in answer.text
    assert f"no such table: {table}" in caplog.text or f'relation "{table}" does not exist' in caplog.text
