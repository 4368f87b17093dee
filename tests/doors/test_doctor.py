"""Tomás asks the doctor: each line says what is well or how to mend it, in his language; nothing is changed by asking."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow.cli.doctor import checks
from mailflow.cli.doctor.checks import look
from mailflow.cli.speech import tell
from mailflow.cli.start import open_ready
from mailflow.delivery.models import Worker
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from tests.browser.product import ROOT, free_port
from tests.sink import Sink


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A shop that is well: a sender was heard of, the folder is private."""
    made = Settings(home=tmp_path / "home")
    database = open_ready(made)
    with database.begin() as session:
        session.add(Worker(name="one", started_at=utc_now(), seen_at=utc_now(), in_hand=0, routes=[]))
    made.home.chmod(0o700)
    database.close()
    return made


def _bad(settings: Settings) -> list[str]:
    return [tell(finding.words, **finding.values) for finding in look(settings) if not finding.well]


def test_a_shop_that_is_well(settings: Settings) -> None:
    with Sink() as sink:
        sent = replace(settings, mail_url=sink.url, base_url="https://mail.my-shop.example")
        assert _bad(sent) == []
        assert len(list(look(sent))) >= 10
    assert _bad(settings) == []


def test_what_is_to_be_mended_is_said_with_its_remedy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    away = f"smtp://ana:secret@127.0.0.1:{free_port()}?tls=none"
    (line,) = _bad(replace(settings, mail_url=away, base_url="https://mail.my-shop.example"))
    assert "MAILFLOW_MAIL_URL" in line
    assert "secret" not in line
    assert "pigeon" in _bad(replace(settings, mail_url="pigeon://roof"))[-1]
    assert any("MAILFLOW_BASE_URL" in line for line in _bad(replace(settings, mail_url=away)))
    assert any("MAILFLOW_SECRET_KEY" in line for line in _bad(replace(settings, secret_key="of somebody else")))
    settings.home.chmod(0o755)
    monkeypatch.setattr(checks, "lacks_room", lambda _: True)
    assert ["chmod 700" in _bad(settings)[0], "Make room" in _bad(settings)[1]] == [True, True]


def test_a_database_that_is_away_older_held_or_without_senders(settings: Settings, tmp_path: Path) -> None:
    assert any("does not answer" in line for line in _bad(replace(settings, database_url="sqlite:////nowhere/at/all.sqlite3")))
    database = Database(settings.database_url)

    def tell_it(statement: str) -> list[str]:
        with database.begin() as session:
            session.connection().exec_driver_sql(statement)
        return _bad(settings)

    assert "mailflow worker" in tell_it("DELETE FROM worker")[0]
    assert "mailflow release" in tell_it("UPDATE instance SET held = 'restored'")[0]
    assert "zone data" in tell_it("UPDATE installation SET zone = 'Atlantis/Capital'")[1]
    assert "mailflow db upgrade" in tell_it("UPDATE alembic_version SET version_num = '0001_first_tables'")[0]
    assert "moved to PostgreSQL" in tell_it("UPDATE alembic_version SET version_num = 'moved 0013'")[0]
    database.close()


def test_the_command_speaks_the_terminals_language_and_ends_with_what_it_found(settings: Settings) -> None:
    for language, word, mode, code in (("es_ES.UTF-8", "bien", 0o700, 0), ("en_GB.UTF-8", "MEND", 0o755, 1)):
        settings.home.chmod(mode)
        environment = {**os.environ, "MAILFLOW_HOME": str(settings.home), "LC_ALL": "", "LC_MESSAGES": "", "LANG": language}
        command = [sys.executable, "-m", "mailflow", "doctor"]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert (ended.returncode, word in ended.stdout, ended.stderr) == (code, True, "")
