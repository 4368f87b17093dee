"""S-46: whatever is sent where files are taken, the web process holds little of it, and the answer is a sentence."""

import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path

import pytest

from mailflow.cli.start import open_ready
from mailflow.foundation.accounts import add_user
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from tests.browser.product import ROOT, free_port, until
from tests.studio.conftest import _HASH, BRUNO, PASSWORD

MEGABYTE = 1024 * 1024
EDGE = "----edge"


class Browser:
    """Bruno's, signed in, which sends whatever it is told to."""

    def __init__(self, port: int, process: int) -> None:
        self.port, self._process, self._cookies = port, process, dict[str, str]()
        page = self.ask("GET", "/studio/sign-in")[1]
        form = f"csrf_token={_token(page)}&email={BRUNO}&password={PASSWORD}".encode()
        assert self.ask("POST", "/studio/sign-in", form, **{"Content-Type": "application/x-www-form-urlencoded"})[0] == 302
        self.token = _token(self.ask("GET", "/studio/imports/new")[1])

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        line = HTTPConnection("localhost", self.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        line.putrequest(method, path)
        for name, value in ({"Cookie": cookies} | ({"Content-Length": str(len(body))} if body is not None else {}) | headers).items():
            line.putheader(name, value)
        line.endheaders(body)
        answer = line.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        text = answer.read().decode()
        line.close()
        return answer.status, text

    def sends(self, parts: bytes, **headers: str) -> tuple[int, str]:
        body = parts + f"--{EDGE}--\r\n".encode()
        return self.ask("POST", "/studio/imports/", body, **{"Content-Type": f"multipart/form-data; boundary={EDGE}"} | headers)

    def memory(self) -> int:
        """Bytes that the processes behind the port hold."""
        children = Path(f"/proc/{self._process}/task/{self._process}/children").read_text().split()
        return sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) * 4096 for one in [str(self._process), *children])


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    port, settings = free_port(), Settings(home=tmp_path_factory.mktemp("s46"))
    database = open_ready(settings)
    open_ring(database, settings)
    with database.begin() as session:
        add_user(session, BRUNO, name="Bruno", password_hash=_HASH, language="en", now=datetime.now(UTC))
    database.close()
    environment = {**os.environ, "PORT": str(port), "MAILFLOW_HOME": str(settings.home)}
    process = subprocess.Popen([sys.executable, "-m", "mailflow", "web"], cwd=ROOT, env=environment)
    until(lambda: _answers(port), seconds=60)
    yield Browser(port, process.pid)
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def _answers(port: int) -> bool:
    try:
        line = HTTPConnection("localhost", port, timeout=5)
        line.request("GET", "/studio/sign-in")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def part(name: str, content: bytes, more: str = "") -> bytes:
    return f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


def bomb() -> bytes:
    """An Excel file of some kilobytes, half a gigabyte when unpacked."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed, packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
        for _ in range(512):
            sheet.write(bytes(MEGABYTE))
    return out.getvalue()


def test_s_46_nothing_that_is_sent_as_a_file_is_held_in_memory(browser: Browser) -> None:
    token = part("csrf_token", browser.token.encode())
    file = part("file", b"correo\n" + b"x" * 60 * MEGABYTE, '; filename="a.csv"')
    seen = {
        "100,000 parts": browser.sends(token + part("x", b"") * 100_000),
        "a field of 60 MB": browser.sends(token + part("x", bytes(60 * MEGABYTE))),
        "a bomb": browser.sends(token + part("file", bomb(), '; filename="a.xlsx"')),
        "packed on the way": browser.sends(bytes(1000), **{"Content-Encoding": "gzip"}),
        "no form at all": browser.ask("POST", "/studio/imports/", b"\0" * 1000, **{"Content-Type": "text/csv"}),
    }
    before = browser.memory()
    seen["a file of 60 MB"] = browser.sends(token + file)
    grown = browser.memory() - before
    assert {what: status for what, (status, _) in seen.items()} == {
        "100,000 parts": 413,
        "a field of 60 MB": 413,
        "a bomb": 422,
        "packed on the way": 403,
        "no form at all": 403,
        "a file of 60 MB": 303,
    }
    assert "up to 200 MB" in seen["a bomb"][1]
    assert grown < 50 * MEGABYTE


def test_s_46_a_gigabyte_is_refused_in_words_before_it_is_sent(browser: Browser) -> None:
    status, page = browser.ask("POST", "/studio/imports/", None, **{"Content-Length": str(1024 * MEGABYTE)})
    assert status == 413
    assert "A file may have up to 200 MB." in page


def test_a_stranger_is_sent_to_sign_in_before_anything_is_read(browser: Browser) -> None:
    stranger = object.__new__(Browser)
    stranger.port, stranger._cookies = browser.port, {}
    assert stranger.ask("POST", "/studio/imports/", None, **{"Content-Length": str(100 * MEGABYTE)})[0] == 302
    assert stranger.ask("POST", "/api/v1/imports", None, **{"Content-Length": str(100 * MEGABYTE)})[0] == 401
