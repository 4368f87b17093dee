"""S-58: what strangers send forges no line of the log, and the log names nobody and opens nothing."""

import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path

import pytest

from mailflow.cli.start import open_ready
from mailflow.delivery.letters import Press
from mailflow.foundation.database import Database
from mailflow.foundation.logs import Discreet, keep_log
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose, TokenMint
from tests.browser.product import ROOT, free_port, until
from tests.house import House
from tests.sink import Sink

ANA = "ana.lopez@example.net"
FORGED = "2026-11-21 12:00:00,000 ERROR mailflow.forged all is lost"
RECORD = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+ [\w.]+ ")
HASHED = re.compile(r"<address [0-9a-f]{10}>")


@contextmanager
def web(settings: Settings, log: Path) -> Iterator[HTTPConnection]:
    """The web process as ``mailflow run`` starts it, its log in a file."""
    environment = {
        **os.environ,
        "MAILFLOW_HOME": str(settings.home),
        "PORT": str(settings.port),
        "MAILFLOW_SECRET_KEY": settings.secret_key,
    }
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "mailflow", "web"], cwd=ROOT, env=environment, stdout=output, stderr=output)
    line = HTTPConnection("127.0.0.1", settings.port, timeout=10)
    try:
        until(lambda: _answers(line), seconds=60)
        yield line
    finally:
        line.close()
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(line: HTTPConnection) -> bool:
    try:
        return ask(line, "/healthz") == 200
    except OSError:
        line.close()
        return False


def ask(line: HTTPConnection, path: str, agent: str = "Firefox") -> int:
    line.request("GET", path, headers={"User-Agent": agent})
    answer = line.getresponse()
    answer.read()
    return answer.status


def test_s_58_a_request_forges_no_line_and_leaves_neither_address_nor_token(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", port=free_port(), secret_key="a secret for tests only")
    database = open_ready(settings)
    token = open_ring(database, settings).mint.make(Purpose.LEAVE, 1)
    database.close()
    log = tmp_path / "log"
    with web(settings, log) as line:
        with sqlite3.connect(settings.home / "mailflow.sqlite3") as broken:  # from now on every page fails, and Flask logs its path
            broken.execute("ALTER TABLE form RENAME TO form_gone")
            broken.execute("ALTER TABLE subscription RENAME TO subscription_gone")
        broken.close()
        assert ask(line, f"/subscribe/{ANA.replace('@', '%40')}%0D%0A{FORGED.replace(' ', '%20')}%1B%5B2J", f"Firefox {ANA}") == 500
        assert ask(line, f"/unsubscribe/{token}") == 500
        assert ask(line, f"/o/{token}.gif") == 200
    written = log.read_text("utf-8")
    assert "Exception on /subscribe/" in written
    assert "Exception on /unsubscribe/" in written
    assert re.search(r"^\s+sqlite3\.OperationalError", written, re.MULTILINE), "the traceback is part of the log"
    assert not re.search(rf"^{re.escape(FORGED)}", written, re.MULTILINE)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", written)
    assert "\\x1b[2J" in written
    assert HASHED.search(written)
    assert ANA not in written
    assert ANA.replace("@", "%40") not in written
    assert token not in written
    assert all(RECORD.match(each) or each.startswith(("    ", "\n")) or not each for each in written.split("\n"))


@pytest.fixture
def formed(settings: Settings) -> Iterator[StringIO]:
    """What the product's own log says while a test runs."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet(settings.secret_key))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_s_58_a_mail_that_cannot_be_made_names_its_reader_by_a_hash(
    database: Database, settings: Settings, ring: Ring, now, formed: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_press: Press, row, *_, **__):
        raise ValueError(f"no header can hold {row.address} nor {row.address.upper()}\r\n{FORGED}\x1b[31m")

    monkeypatch.setattr(Press, "letter", fails)
    with Sink() as sink:
        house = House(database, settings, ring, sink, now)
        house.asks(ANA)
        house.asks("bruno@example.net")
        house.tick()
    written = formed.getvalue()
    hashes = HASHED.findall(written)
    assert (len(hashes), len(set(hashes))) == (4, 2), "the same person can be followed"
    assert ANA not in written
    assert "\x1b" not in written
    assert not re.search(rf"^{re.escape(FORGED)}", written, re.MULTILINE)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("smtp://shop:s3cret@mail.example.com:587 is away", "smtp://<secret>@mail.example.com:587 is away"),
        ("Bearer mf_live_abc-DEF_123", "Bearer <secret>"),
        ("a\nb\tc\x00\x85\u2028\u202e", "a\\nb\tc\\x00\\x85\\u2028\\u202e"),
        ("200 messages; x@1 is no address of ours? root@localhost", None),
    ],
)
def test_s_58_what_opens_doors_or_moves_cursors_is_not_written(said: str, written: str | None) -> None:
    record = logging.LogRecord("mailflow", logging.ERROR, "", 0, "%s", (said,), None)
    line = Discreet("secret").format(record)
    assert line.endswith(written) if written else "root@localhost" not in line


def test_s_58_another_formatters_traceback_is_not_taken_over() -> None:
    fault = ValueError(f"{ANA}\x1b[2J\n{FORGED}")
    record = logging.LogRecord("mailflow", logging.ERROR, "", 0, "failed", (), (ValueError, fault, None))
    logging.Formatter().format(record)
    assert ANA in str(record.exc_text)
    line = Discreet("secret").format(record)
    assert ANA not in line
    assert "\x1b" not in line
    assert f"\n    {FORGED}" in line


def logged(said: str) -> str:
    """What is written of it, behind the time and the name."""
    record = logging.LogRecord("mailflow", logging.ERROR, "", 0, "%s", (said,), None)
    return Discreet("secret").format(record).split(" ERROR mailflow ", 1)[1]


@pytest.mark.parametrize("number", range(1, 16))
def test_s_58_tokens_of_every_key_are_hidden(number: int) -> None:
    token = TokenMint({number: bytes(range(64))}).make(Purpose.LEAVE, 7)
    assert logged(f"/unsubscribe/{token} failed") == "/unsubscribe/<secret> failed"


@pytest.mark.parametrize(
    ("said", "shape"),
    [
        ("o'brien@example.net", "<>"),
        ("ana/lopez@example.net", "<>"),
        ("ana%2540example.net", "<>"),
        ("ana%252540example.net", "<>"),
        ("ana\uff20example.net", "<>"),
        ('"ana lopez"@example.net', "<>"),
        ("ana@[192.0.2.1]", "<>"),
        ("to 'ana@example.net', b'ana@example.net'.", "to '<>', b'<>'."),
        ("to <ana@example.net>,bruno@example.net", "to <<>>,<>"),
        ("GET /x?mail=ana/lopez@example.net&y=1", "GET /x?mail=<>&y=1"),
        ("/subscribe/ana/lopez%40example.net [GET]", "/subscribe/<> [GET]"),
        ("http://127.0.0.1:8000/subscribe/ana%40example.net", "http://127.0.0.1:8000/subscribe/<>"),
        ("https://example.com/subscribe/ana%40example.net", "https://example.com/subscribe/<>"),
        ("a@b@c", "<>@c"),
        ("half past @ eight, @home, ana@", "half past @ eight, @home, ana@"),
        ("smtp://:pa:ss@host", "smtp://<secret>@host"),
    ],
)
def test_s_58_addresses_are_hidden_whole_and_what_stands_around_them_is_not(said: str, shape: str) -> None:
    assert HASHED.sub("<>", logged(said)) == shape


def test_s_58_the_same_person_has_the_same_hash_wherever_she_stands() -> None:
    spelled = (
        "ana@example.net",
        "ANA@example.net",
        "'ana@example.net'",
        "/subscribe/ana%40example.net",
        "mail=ana%2540example.net",
        "b'ana@example.net'",
    )
    assert len({HASHED.findall(logged(each))[0] for each in spelled}) == 1


@pytest.mark.timeout(30)
@pytest.mark.parametrize("word", ["a", "@", "%40", "a@", "a@[", ":", '"', "://:", "ana%40", "'", "/", "E", "mf_live_", "\x00", "<a@b>"])
def test_s_58_a_long_word_costs_no_more_than_its_length_and_is_cut(word: str) -> None:
    line = logged("://" + word * (300_000 // len(word)))
    assert len(line) < 10_100
    assert "ana%40" not in line


def test_s_58_an_address_at_the_cut_is_hidden_all_the_same() -> None:
    assert ANA.split("@", maxsplit=1)[0] not in logged("-" * 9_940 + f" {ANA}")


def test_s_58_a_thread_that_is_told_to_end_says_nothing(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    root.handlers[:] = []  # or they would be closed
    try:
        keep_log(settings)
        for end in (sys.exit, lambda: 1 / 0):
            thread = threading.Thread(target=end)
            thread.start()
            thread.join(10)
    finally:
        root.handlers[:], root.level = before
    written = capsys.readouterr().err
    assert "SystemExit" not in written
    assert written.count("nobody caught this") == 1
    assert "ZeroDivisionError" in written
