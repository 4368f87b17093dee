"""S-40: health, readiness and figures give nothing to whom they are not for, and never an address to anybody."""

import json
import logging
from dataclasses import replace
from datetime import datetime

import pytest
from werkzeug.test import Client

from mailflow.app import create_app
from mailflow.beacons.probes import Probes
from mailflow.delivery.models import ProviderFlow, Worker
from mailflow.foundation import disk
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.logs import DiscreetJson
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings, SettingsError
from tests.mailed import mail_the_cast, message, person

HERE = {"REMOTE_ADDR": "127.0.0.1"}
TOKEN = "figures-for-prometheus"


def _client(database: Database, settings: Settings) -> Client:
    return Client(Probes(database, settings))


@pytest.fixture
def busy(database: Database, ring: Ring) -> Database:
    """A mailing that went to two, waits for a third and is in doubt about a fourth; one sender, three providers."""
    with database.begin() as session:
        mailed = mail_the_cast(session)
        for name, state in (("carla", "pending"), ("dario", "uncertain"), ("elena", "deferred")):
            message(session, mailed.mailing, person(session, name).id, state=state)
        session.connection().exec_driver_sql("UPDATE mailing SET people = 5")
        session.add(Worker(name="one", started_at=utc_now(), seen_at=utc_now(), in_hand=0, routes=[]))
        for provider in ("gmail.com", "googlemail.com", "ana-lopez.example"):
            session.add(ProviderFlow(at=utc_now(), provider=provider, sent=2, failed=1))
    return database


def test_figures_are_told_in_prometheus_form_and_name_nobody(busy: Database, settings: Settings) -> None:
    answer = _client(busy, settings).get("/metrics", environ_overrides=HERE)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    for line in (
        'mailflow_messages{lane="campaign",state="sent"} 2',
        'mailflow_messages{lane="campaign",state="pending"} 1',
        'mailflow_messages{lane="campaign",state="deferred"} 1',
        'mailflow_messages{lane="campaign",state="uncertain"} 1',
        'mailflow_senders{state="working"} 1',
        'mailflow_provider_messages{provider="google",answer="taken"} 4',
        'mailflow_provider_messages{provider="others",answer="refused"} 1',
        "mailflow_held 0",
    ):
        assert line in lines
    assert any(line.startswith('mailflow_build_info{version="') for line in lines)
    assert any(line.startswith('mailflow_oldest_due_seconds{lane="campaign"} ') and not line.endswith(" 0") for line in lines)
    assert "@" not in answer.text
    assert "lopez" not in answer.text


@pytest.mark.parametrize(
    "who",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {**HERE, "HTTP_X_FORWARDED_FOR": "203.0.113.7"},
        {**HERE, "HTTP_FORWARDED": "for=203.0.113.7"},
        {**HERE, "HTTP_VIA": "1.1 proxy"},
        {"REMOTE_ADDR": ""},
        {**HERE, "HTTP_HOST": "its-name-leads-here.example:8000"},
        {**HERE, "HTTP_HOST": "[::1"},
    ],
)
def test_s_40_for_strangers_there_are_no_figures(busy: Database, settings: Settings, who: dict[str, str]) -> None:
    answer = _client(busy, settings).get("/metrics", environ_overrides=who)
    assert (answer.status_code, answer.text) == (404, "Not Found\n")


def test_s_40_where_the_world_is_served_a_neighbour_may_be_a_proxy(busy: Database, settings: Settings) -> None:
    public = replace(settings, base_url="https://mail.my-shop.example")
    assert _client(busy, public).get("/metrics", environ_overrides=HERE).status_code == 404
    told = replace(public, metrics_token=TOKEN)
    ask = _client(busy, told).get
    for given in ("", "Bearer", f"bearer {TOKEN}", f"Bearer {TOKEN}x", f"Basic {TOKEN}"):
        answer = ask("/metrics", environ_overrides=HERE, headers={"Authorization": given})
        assert (answer.status_code, answer.text) == (401, "Unauthorized\n")
    assert ask("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_token_that_can_be_guessed_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="METRICS_TOKEN"):
        replace(settings, metrics_token="short")


def test_ready_says_ok_and_what_is_missing_only_to_whom_it_concerns(
    database: Database, ring: Ring, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = _client(database, settings).get
    stranger = {"REMOTE_ADDR": "203.0.113.7"}
    assert [ask(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
    with database.begin() as session:
        session.connection().exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        session.connection().exec_driver_sql("INSERT INTO alembic_version VALUES ('0001_first_tables')")
    assert (ask("/readyz", environ_overrides=stranger).status_code, ask("/healthz").status_code) == (503, 200)
    assert ask("/readyz", environ_overrides=stranger).text == "not ready\n"
    assert "0001_first_tables" in ask("/readyz", environ_overrides=HERE).text
    with database.begin() as session:
        session.connection().exec_driver_sql("DROP TABLE alembic_version")
    assert ask("/readyz").status_code == 200
    monkeypatch.setattr(disk, "_LEAST", 1 << 62)
    assert "disk" in ask("/readyz", environ_overrides=HERE).text


def test_a_database_that_is_away_is_said(settings: Settings) -> None:
    away = Database("sqlite:////nowhere/at/all.sqlite3")
    answer = _client(away, settings).get("/readyz", environ_overrides=HERE)
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")
    assert _client(away, settings).get("/metrics", environ_overrides=HERE).status_code == 503
    away.close()


def test_s_40_there_is_no_debugger_no_installer_and_no_file_of_ours(database: Database, ring: Ring, settings: Settings) -> None:
    client = Client(create_app(settings, database))
    for path in (
        "/.env", "/install", "/installer", "/upgrade", "/setup", "/debug", "/console", "/?__debugger__=yes&cmd=resource&f=debugger.js",
        "/studio/install", "/api/debug", "/metrics/", "/mailflow.sqlite3", "/secret.key", "/instance.json", "/../secret.key",
        "/server-status",        "/pictures/../../pyproject.toml",
    ):  # fmt: skip
        answer = client.get(path, environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
        assert answer.status_code in (302, 308, 404), path
        assert "EVALEX" not in answer.text
        assert settings.secret_key not in answer.text
    assert [client.post(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [405] * 3


def test_logs_for_programs_are_as_discreet(now: datetime) -> None:
    record = logging.LogRecord(
        "mailflow", logging.WARNING, "", 1, "to %s with %s\n{forged}", ("ana.lopez@example.net", "smtp://u:p@h"), None
    )
    told = json.loads(DiscreetJson("secret").format(record))
    assert set(told) == {"at", "level", "name", "process", "message"}
    assert "ana.lopez" not in told["message"]
    assert "u:p" not in told["message"]
    assert "<address " in told["message"]
    try:
        raise ValueError("for dario@example.net")  # noqa: TRY301
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = DiscreetJson("secret").format(record)
    assert "\n" not in line
    assert "dario@" not in json.loads(line)["trace"]
