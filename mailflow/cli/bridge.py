"""Carries requests from the web server to our WSGI callable.

Bodies are awaited in the event loop, with a bound on their time and size, before a thread is taken: however many clients
send slowly, pages and one-click unsubscribes are answered.
"""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from http import HTTPStatus
from io import BytesIO
from itertools import chain
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar

from mailflow import app
from mailflow.beacons.answers import Answer, all_headers
from mailflow.foundation.accounts import network_of
from mailflow.foundation.garbage import spare_what_stays
from mailflow.foundation.logs import keep_log
from mailflow.foundation.settings import read_settings

BODY_SECONDS = 20.0
"""From the end of the headers to the end of the body; a form of 300 kB takes that long at 120 kbit/s."""
LARGEST_BODY = 9 * 1024 * 1024
"""More than any door takes: doors refuse with words of their own what is too much for them."""
BODIES_A_NETWORK = 512
"""Bodies under way at once from one network (or proxy)."""
BODIES_BYTES = 96 * 1024 * 1024
"""Of all bodies under way together."""
THREADS = 32
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_WHOLE = 4 * 1024 * 1024
"""An answer up to this long is sent in one piece, and holds no thread however slowly it is read."""
_READER_SECONDS = 30.0
_PLAIN = [("content-type", "text/plain; charset=utf-8")]
_log = logging.getLogger(__name__)
_T = TypeVar("_T")

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
Hear = Callable[[str, str, str, Callable[[Answer], None]], bool]
"""Takes a request that needs no thread while it waits: path, user agent, languages, and what to call with its answer; or says no."""
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
        length = _length(scope)
        network = network_of(_address(scope.client)[0])
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


class Threads:
    """As many threads as are needed up to a bound, each taking the next thing to do; leaner than an executor, whose futures
    cost more than a beacon's answer. Everything but ``_run`` happens in the loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: SimpleQueue[tuple[Callable[[], None], asyncio.AbstractEventLoop, asyncio.Future[None]]] = SimpleQueue()
        self._running = 0
        self._under_way = 0

    async def do(self, loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
        """Have ``work``, which raises nothing, done by a thread."""
        done: asyncio.Future[None] = loop.create_future()
        self._under_way += 1
        if self._running < min(self._under_way, self._most):
            self._running += 1
            Thread(target=self._run, name=f"pages-{self._running}", daemon=True).start()
        self._waiting.put((work, loop, done))
        try:
            await done
        finally:
            self._under_way -= 1

    def _run(self) -> None:
        while True:
            work, loop, done = self._waiting.get()
            work()
            loop.call_soon_threadsafe(_tell, done, None)


def _tell(done: "asyncio.Future[_T]", result: _T) -> None:
    if not done.done():  # the server may have given up the request
        done.set_result(result)


class Bridge:
    """An RSGI application in front of a WSGI one."""

    def __init__(self, app: Wsgi, *, hear: Hear = lambda *_: False, body_seconds: float = BODY_SECONDS) -> None:
        """``app`` is called in threads of our own; ``hear`` is asked before, in the loop, about every GET."""
        self._app, self._hear = app, hear
        self._bodies = Bodies(seconds=body_seconds)
        self._threads = Threads(THREADS)

    async def __rsgi__(self, scope: Scope, line: Line) -> None:
        """Answer one request."""
        try:
            body = b"" if scope.method in _BODILESS else await self._bodies.whole(scope, line)
        except Refused as refused:
            line.response_bytes(refused.status, _PLAIN, f"{refused.status.phrase}\n".encode())
            return
        loop = asyncio.get_running_loop()
        if scope.method == "GET" and (answer := await self._heard(scope, loop)):
            line.response_bytes(int(answer.status[:3]), all_headers(answer), answer.body)
        else:
            await self._threads.do(loop, partial(self._answer, scope, body, line, loop))

    async def _heard(self, scope: Scope, loop: asyncio.AbstractEventLoop) -> Answer | None:
        """The answer of who needs no thread."""
        found: asyncio.Future[Answer] = loop.create_future()

        def tell(answer: Answer) -> None:
            loop.call_soon_threadsafe(_tell, found, answer)

        agent, languages = scope.headers.get("user-agent", ""), scope.headers.get("accept-language", "")
        return await found if self._hear(scope.path, agent, languages, tell) else None

    def _answer(self, scope: Scope, body: bytes, line: Line, loop: asyncio.AbstractEventLoop) -> None:
        """Everything that may block, in one thread; a long answer is sent as it is made."""
        said: list[tuple[int, Headers]] = []
        pieces: Iterable[bytes] = ()
        try:
            pieces = self._app(environment(scope, body), lambda status, headers, _fault=None: said.append((int(status[:3]), headers)))
            rest = iter(pieces)
            first = _beginning(rest)
            if len(first) <= _WHOLE:
                line.response_bytes(*said[-1], first)
            else:
                _send(line.response_stream(*said[-1]), chain([first], rest), loop)
        except Exception:
            _log.exception("a request was not answered")
            line.response_bytes(500, _PLAIN, b"Internal Server Error\n")
        finally:
            getattr(pieces, "close", lambda: None)()


def environment(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 tells it."""
    address, port = _address(scope.client)
    name, own_port = _address(scope.server)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": address,
        "REMOTE_PORT": port,
        "SERVER_NAME": name,
        "SERVER_PORT": own_port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for header, value in scope.headers.items():
        _add(environ, header, value)
    if scope.authority:
        environ.setdefault("HTTP_HOST", scope.authority)
    return environ


def _length(scope: Scope) -> int:
    said = scope.headers.get("content-length")
    if said is None:
        if scope.headers.get("transfer-encoding"):
            raise Refused(HTTPStatus.LENGTH_REQUIRED)
        return 0
    if not (said.isascii() and said.isdigit()):
        raise Refused(HTTPStatus.BAD_REQUEST)
    if len(said) > 12 or int(said) > LARGEST_BODY:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(said)


def _add(environ: dict[str, Any], header: str, value: str) -> None:
    """One header; one with an underscore could pass for another and is left out, as proxies do."""
    if "_" in header or header in ("content-length", "transfer-encoding"):
        return  # the body is whole by now
    key = "CONTENT_TYPE" if header == "content-type" else f"HTTP_{header.upper().replace('-', '_')}"
    known = environ.get(key)
    environ[key] = value if known is None else f"{known}{'; ' if header == 'cookie' else ','}{value}"


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """A little more than what is sent in one piece, or all there is."""
    first = bytearray()
    for piece in pieces:
        first += piece
        if len(first) > _WHOLE:
            break
    return bytes(first)


def _send(stream: Any, pieces: Iterable[bytes], loop: asyncio.AbstractEventLoop) -> None:
    """Send what is left while it is made; a reader who takes nothing for half a minute is given up."""

    async def one(piece: bytes) -> None:
        await stream.send_bytes(piece)

    for piece in pieces:
        try:
            asyncio.run_coroutine_threadsafe(one(piece), loop).result(_READER_SECONDS)
        except Exception:  # gone, or as good as gone: whatever the server says
            return


def _address(text: str) -> tuple[str, str]:
    """Host and port of "127.0.0.1:8000" or "[::1]:8000"."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), port


def web_process() -> Bridge:
    """What the web server loads: it ends with the process that started it."""
    keep_log(read_settings())
    product = app.web_process()
    spare_what_stays()
    return Bridge(product, hear=product.beacons.hear)
