"""Tomás starts mailflow, stops it, and starts it again: one command, data kept, a clean end, and what goes wrong said in a sentence."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from mailflow.audience.models import Subscriber
from mailflow.cli.migrate import upgrade
from mailflow.foundation.accounts import account_of, matches
from mailflow.foundation.database import Database
from tests.browser.product import ROOT, free_port, running, until

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]


def _people(home: Path) -> int:
    database = Database(f"sqlite:///{home / 'mailflow.sqlite3'}")
    with database.read() as session:
        number = session.scalar(select(func.count()).select_from(Subscriber)) or 0
    database.close()
    return number


def _run(home: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mailflow", *arguments],
        cwd=ROOT,
        env={**os.environ, "MAILFLOW_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_second_start_keeps_everything_and_the_same_sign_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home, "--demo") as product:
        first = product.password
        with urllib.request.urlopen(f"{product.url}/subscribe/newsletter", timeout=10) as answer:
            assert answer.status == 200
    assert _people(home) == 2000
    with running(home, "--demo") as product:
        assert product.password == first
        assert "stopped" not in product.output.read_text("utf-8")
    assert _people(home) == 2000
    assert "nothing was left half done" in product.output.read_text("utf-8")


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path / "home") as product:
        ours = {child: command for child, command in _processes() if str(product.home) in _environment(child)}
        sender = next(child for child, command in ours.items() if command.endswith("mailflow.cli.worker"))
        os.kill(sender, signal.SIGKILL)
        again = until(
            lambda: [
                c
                for c, command in _processes()
                if command.endswith("mailflow.cli.worker") and c != sender and str(product.home) in _environment(c)
            ]
        )
        assert again


def _processes() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found.append((int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()))
            except OSError:
                continue
    return found


def _environment(process: int) -> str:
    try:
        return Path(f"/proc/{process}/environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_killed_supervisor_leaves_nobody_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, "PORT": str(free_port()), "MAILFLOW_HOME": str(home)}
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "mailflow", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    until(lambda: "Ctrl-C" in (tmp_path / "log").read_text("utf-8"), seconds=60)
    process.kill()
    process.wait()
    log.close()
    until(lambda: not [c for c, _ in _processes() if f"MAILFLOW_HOME={home}" in _environment(c)], seconds=30)


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = _run(tmp_path / "home", "run", PORT=str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "Choose another port" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_data_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    result = _run(tmp_path / "file" / "home", "run", PORT=str(free_port()))
    assert result.returncode == 1
    assert "MAILFLOW_HOME" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_mail_url_that_means_nothing_is_said_in_one_sentence(tmp_path: Path) -> None:
    result = _run(tmp_path / "home", "run", PORT=str(free_port()), MAILFLOW_MAIL_URL="pigeon://roof")
    assert result.returncode == 1
    assert "MAILFLOW_MAIL_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_that_is_no_number_is_said_in_one_sentence(tmp_path: Path) -> None:
    result = _run(tmp_path / "home", "run", PORT="eight thousand")
    assert result.returncode == 1
    assert "MAILFLOW_PORT" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("process", ["web", "worker", "scheduler"])
def test_tables_of_another_version_are_said_in_one_sentence_with_the_remedy(tmp_path: Path, process: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    empty = _run(home, process, PORT=str(free_port()))
    upgrade(f"sqlite:///{home / 'mailflow.sqlite3'}", "0001_first_tables")
    older = _run(home, process, PORT=str(free_port()))
    for result in (empty, older):
        assert result.returncode == 1
        assert "mailflow db upgrade" in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["run"], ["worker"], ["db", "upgrade"]])
def test_tables_of_a_newer_version_are_left_alone(tmp_path: Path, arguments: list[str]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'mailflow.sqlite3'}")
    with database.begin() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("INSERT INTO alembic_version VALUES ('9999_from_the_future')"))
    result = _run(home, *arguments, PORT=str(free_port()))
    assert result.returncode == 1
    assert "newer mailflow" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM sqlite_master WHERE type = 'table'")) == 1
    database.close()


def test_a_forgotten_password_is_replaced_at_the_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert _run(home, "user", "add", "ana@example.com", "--name", "Ana", "--password", "olive oil and bread").returncode == 0
    short = _run(home, "user", "password", "ana@example.com", "--password", "short")
    unknown = _run(home, "user", "password", "nobody@example.com", "--password", "a whole new sentence")
    assert (short.returncode, unknown.returncode) == (1, 1)
    assert "10 characters" in short.stderr
    assert "no account" in unknown.stderr
    assert _run(home, "user", "password", "Ana@example.com", "--password", "a whole new sentence").returncode == 0
    database = Database(f"sqlite:///{home / 'mailflow.sqlite3'}")
    with database.read() as session:
        account = account_of(session, "ana@example.com")
    database.close()
    assert account
    assert matches(account.password_hash, "a whole new sentence")


def test_help_takes_no_time_to_speak_of(tmp_path: Path) -> None:
    """Commands import what they need when they are called: --help loads neither Flask nor SQLAlchemy."""
    code = "import sys; import mailflow.cli; sys.exit('flask' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_demo_is_not_made_where_mail_would_really_leave(tmp_path: Path) -> None:
    home = tmp_path / "home"
    started = time.monotonic()
    with running(home, "--demo", mail_url="smtp://127.0.0.1:9?tls=none") as product:
        assert "sandbox" in product.output.read_text("utf-8")
        assert time.monotonic() - started < 120
    assert _people(home) == 0
