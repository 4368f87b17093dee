"""A table that is missing is our fault, at every door: said as such, written to the log, and not "try again"."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from mailflow.app import create_app
from mailflow.audience.first_start import first_start
from mailflow.foundation.accounts import make_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from tests.browser.product import ROOT, free_port
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


@pytest.mark.parametrize("command", [["db", "upgrade"], ["worker"]], ids=lambda command: command[0])
def test_a_database_that_does_not_answer_is_said_in_one_sentence(tmp_path: Path, command: list[str]) -> None:
    """Whoever connects the first PostgreSQL mistypes something: no command shows the inside of the product, or the password."""
    said = {"MAILFLOW_HOME": str(tmp_path), "MAILFLOW_DATABASE_URL": f"postgresql://ana:geheim@127.0.0.1:{free_port()}/shop"}
    asked = [sys.executable, "-m", "mailflow", *command]
    ended = subprocess.run(asked, cwd=ROOT, env={**os.environ, **said}, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "Connection refused. Check MAILFLOW_HOME and MAILFLOW_DATABASE_URL" in ended.stderr
    assert "geheim" not in ended.stderr
