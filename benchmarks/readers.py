"""Readers who open, click and leave at a fixed rate, whatever the server's mood, each wait counted from when it was meant to begin.

``python -m benchmarks.readers PORT FOLDER``, a process of its own; it ends when its input does, and prints what it saw.
"""

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

HITS, LEAVINGS = "hits.txt", "leavings.txt"
"""Files with one path a line: opened and clicked over and over; and left with, each once."""
HITS_A_SECOND, LEAVINGS_A_SECOND = 2000, 20
_CONNECTIONS = {"GET": 600, "POST": 20}
"""So many may wait at once: few would make the crowd wait for itself, as real readers never do."""
_TICK = 0.002
_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
_FORM = b"List-Unsubscribe=One-Click"
_GOOD = {"GET": (b"200", b"302"), "POST": (b"200",)}


class Crowd:
    """Requests of one method, sent when they are due over connections that stay open, one at a time on each."""

    def __init__(self, method: str, paths: Iterator[str], rate: float) -> None:
        self.method, self._paths, self._rate = method, paths, rate
        self._due: deque[float] = deque()
        self._idle: list[Line] = []
        self._begun = 0
        self.waits: list[float] = []
        self.bad = 0

    async def connect(self, port: int) -> None:
        """Open all connections."""
        loop = asyncio.get_running_loop()
        for _ in range(_CONNECTIONS[self.method]):
            await loop.create_connection(lambda: Line(self), "127.0.0.1", port)

    def tick(self, began: float, now: float) -> None:
        """Begin what is due since the last tick, on time or as soon as a connection is free."""
        while self._begun < (now - began) * self._rate:
            self._due.append(began + self._begun / self._rate)
            self._begun += 1
        while self._due and self._idle:
            self._idle.pop().ask(next(self._paths), self._due.popleft())

    def free(self, line: "Line") -> None:
        """A connection has nothing to do."""
        self._idle.append(line)

    def answered(self, line: "Line", status: bytes, meant: float) -> None:
        """One answer is whole."""
        self.waits.append(time.perf_counter() - meant)
        self.bad += status not in _GOOD[self.method]
        self._idle.append(line)

    @property
    def open(self) -> int:
        """How many wait for their answer."""
        return self._begun - len(self.waits) - len(self._due)

    def told(self) -> dict[str, float]:
        """How many were answered, how many of those badly, and how long they waited, in seconds."""
        waits = sorted(self.waits) or [0.0]
        return {
            "meant": self._begun, "answered": len(self.waits), "bad": self.bad,
            "p50": waits[len(waits) // 2], "p99": waits[int(len(waits) * 0.99)], "most": waits[-1],
        }  # fmt: skip


class Line(asyncio.Protocol):
    """One connection that is kept (HTTP/1.1, RFC 9112)."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd, self._buffer, self._meant = crowd, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self._transport = transport
        self._crowd.free(self)

    def ask(self, path: str, meant: float) -> None:
        """Send one request."""
        self._meant = meant
        head = f"{self._crowd.method} {path} HTTP/1.1\r\nHost: cartas.example.com\r\nUser-Agent: {_AGENT}\r\n"
        if self._crowd.method == "POST":
            body = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(_FORM)}\r\n\r\n".encode() + _FORM
        else:
            body = b"\r\n"
        self._transport.write(head.encode() + body)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:  # noqa: D102
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) >= int(length or 0):
            self._buffer = b""
            self._crowd.answered(self, head[9:12], self._meant)


async def _go(port: int, folder: Path) -> None:
    hits = Crowd("GET", cycle((folder / HITS).read_text("ascii").split()), HITS_A_SECOND)
    leavings = Crowd("POST", iter((folder / LEAVINGS).read_text("ascii").split()), LEAVINGS_A_SECOND)
    for crowd in (hits, leavings):
        await crowd.connect(port)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.readline)
    told = loop.run_in_executor(None, sys.stdin.readline)
    began = time.perf_counter()
    while not told.done():
        for crowd in (hits, leavings):
            crowd.tick(began, time.perf_counter())
        await asyncio.sleep(_TICK)
    until = time.perf_counter() + 10
    while (hits.open or leavings.open) and time.perf_counter() < until:
        await asyncio.sleep(_TICK)
    spent = time.perf_counter() - began
    print(json.dumps({"seconds": spent, "computing": time.process_time(), "hits": hits.told(), "leavings": leavings.told()}), flush=True)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_go(int(sys.argv[1]), Path(sys.argv[2])))
