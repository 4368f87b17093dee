"""The product as its users have it: the real command, in a folder of its own, with real mail going to a real server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

from tests.sink import Sink

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Product:
    """A running installation."""

    url: str
    home: Path
    email: str
    password: str
    output: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(home: Path, *arguments: str, mail_url: str = "sandbox:") -> Iterator[Product]:
    """``mailflow run`` until the block ends; stopped as Ctrl-C would."""
    port = free_port()
    output = home.parent / f"{home.name}.log"
    environment = {**os.environ, "PORT": str(port), "MAILFLOW_HOME": str(home), "MAILFLOW_MAIL_URL": mail_url, "PYTHONUNBUFFERED": "1"}
    with output.open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "mailflow", "run", *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: "Ctrl-C" in output.read_text("utf-8") or _dead(process, output), seconds=120)
        email, password = (home / "first-sign-in.txt").read_text("utf-8").split()
        yield Product(f"http://localhost:{port}", home, email, password, output)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, output.read_text("utf-8")


def _dead(process: "subprocess.Popen[bytes]", output: Path) -> bool:
    if process.poll() is not None:
        raise AssertionError(output.read_text("utf-8"))
    return False


def until(look: Callable[[], T], *, seconds: float = 20.0) -> T:
    """What ``look`` gives once it gives something; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing came of it within {seconds} seconds")


def letter(sink: Sink, address: str, piece_of_subject: str, *, seconds: float = 30.0) -> EmailMessage:
    """The mail to this address whose subject holds these words, once it is there."""

    def look() -> EmailMessage | None:
        return next((mail for mail in sink.messages_to(address) if piece_of_subject in mail["Subject"]), None)

    return until(look, seconds=seconds)
