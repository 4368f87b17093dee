"""Postfix's own measuring tools: smtp-sink takes mail and forgets it, smtp-source sends ready-made bytes."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


@cache
def tool(name: str) -> str:
    """The path of smtp-sink or smtp-source; ends the run with the script's own sentence when they cannot be had."""
    found = subprocess.run(["sh", str(_ROOT / "tools/postfix.sh")], capture_output=True, text=True, check=False)
    if found.returncode:
        raise SystemExit(found.stderr.strip())
    return f"{found.stdout.strip()}/{name}"


@dataclass(frozen=True)
class SmtpSink:
    """A running smtp-sink on a free port of loopback."""

    port: int
    counters: Path
    process: subprocess.Popen[bytes]

    def taken(self) -> int:
        """How many messages it has taken so far."""
        counts = re.findall(rb"mesg=\s*(\d+)", self.counters.read_bytes()[-400:])
        return int(counts[-1]) if counts else 0

    def pause(self, seconds: float) -> None:
        """Answer nothing for so long."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def smtp_sink(folder: Path) -> Iterator[SmtpSink]:
    """An smtp-sink for the length of the block; its counters lie in ``folder``."""
    port = free_port()
    counters = folder / f"sink-{port}.log"
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with counters.open("wb") as output:
        process = subprocess.Popen([tool("smtp-sink"), *user, "-c", f"127.0.0.1:{port}", "1000"], stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, process)
        yield SmtpSink(port, counters, process)
    finally:
        process.terminate()
        process.wait(10)


def smtp_source_rate(port: int, *, messages: int, size: int, connections: int) -> float:
    """Messages a second that smtp-source brings to the port over connections it keeps open."""
    what = ["-d", "-s", str(connections), "-l", str(size), "-m", str(messages), "-f", "rebotes@example.com", "-t", "ana@example.net"]
    began = time.perf_counter()
    subprocess.run([tool("smtp-source"), *what, f"127.0.0.1:{port}"], check=True, timeout=300)
    return messages / (time.perf_counter() - began)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit("smtp-sink did not start.")
