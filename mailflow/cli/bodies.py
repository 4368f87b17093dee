"""The bodies of requests: awaited in the event loop, with a bound on their time and size, and what a server says of a request."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Protocol

from mailflow.foundation.accounts import network_of

BODY_SECONDS = 20.0
"""From the end of the headers to the end of the body; a form of 300 kB takes that long at 120 kbit/s."""
LARGEST_BODY = 9 * 1024 * 1024
"""More than any door takes: doors refuse with words of their own what is too much for them."""
BODIES_A_NETWORK = 512
"""Bodies under way at once from one network (or proxy)."""
BODIES_BYTES = 96 * 1024 * 1024
"""Of all bodies under way together."""
Headers = list[tuple[str, str]]


class Scope(Protocol):
    """What granian says of a request (RSGI 1.6)."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: Any


class Line(Protocol):
    """How granian is answered (RSGI 1.6)."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, as it comes."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """The whole answer."""

    def response_stream(self, status: int, headers: Headers) -> Any:
        """The answer's head; what is returned takes the rest by ``await send_bytes(piece)``."""


class Refused(Exception):  # noqa: N818  # the client's doing, not ours
    """A body that is not taken; ``status`` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        """400, 408, 411, 413 or 503."""
        super().__init__(status)
        self.status = status


class Bodies:
    """The bodies under way: each is awaited for so long, and only so much of them is held."""

    def __init__(self, *, seconds: float = BODY_SECONDS) -> None:
        """``seconds``: how long a whole body may take."""
        self._seconds = seconds
        self._coming: Counter[str] = Counter()
        self._held = 0

    async def whole(self, scope: Scope, line: Line) -> bytes:
        """The body; raises Refused where it is too long, too slow, cut off, or one too many.

        Its length must be said beforehand: the server tells us nothing when a client hangs up, so that a form cut off
        in the middle could not be told from a whole one.
        """
        length = said_length(scope)
        network = network_of(address(scope.client)[0])
        if self._coming[network] >= BODIES_A_NETWORK:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self._coming[network] += 1
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(line)
        except TimeoutError:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None
        finally:
            self._coming[network] -= 1
            self._coming += Counter()  # forgets networks of which nothing is under way
        if len(body) != length:
            raise Refused(HTTPStatus.BAD_REQUEST)
        return body

    async def _read(self, line: Line) -> bytes:
        body = bytearray()
        try:
            async for part in line:
                body += part
                self._held += len(part)
                if self._held > BODIES_BYTES:
                    raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        finally:
            self._held -= len(body)
        return bytes(body)


def said_length(scope: Scope, most: int = LARGEST_BODY) -> int:
    """How long the body is going to be. Refused: it does not say so, or is longer than ``most``."""
    said = scope.headers.get("content-length")
    if said is None:
        if scope.headers.get("transfer-encoding"):
            raise Refused(HTTPStatus.LENGTH_REQUIRED)
        return 0
    if not (said.isascii() and said.isdigit()):
        raise Refused(HTTPStatus.BAD_REQUEST)
    if len(said) > 12 or int(said) > most:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(said)


def address(text: str) -> tuple[str, str]:
    """Host and port of "127.0.0.1:8000" or "[::1]:8000"."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), port
