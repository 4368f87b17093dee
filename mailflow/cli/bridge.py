"""Carries requests from the web server to our WSGI callable.

Bodies are awaited in the event loop, with a bound on their time and size, before a thread is taken: however many clients
send slowly, pages and one-click unsubscribes are answered.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from itertools import chain
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, TypeVar

from mailflow import app
from mailflow.beacons.answers import Answer, all_headers
from mailflow.cli.bodies import BODY_SECONDS, Bodies, Headers, Line, Refused, Scope, address, said_length
from mailflow.cli.uploads import LARGEST_UPLOAD, Uploads, forget_leftovers
from mailflow.foundation.garbage import spare_what_stays
from mailflow.foundation.logs import keep_log
from mailflow.foundation.settings import read_settings

THREADS = 32
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_WHOLE = 4 * 1024 * 1024
"""An answer up to this long is sent in one piece, and holds no thread however slowly it is read."""
_READER_SECONDS = 30.0
_PLAIN = [("content-type", "text/plain; charset=utf-8")]
_SORRY = b"Internal Server Error\n"
_KNOWN = (200, 403)
"""What who is known is answered: the page, or that they may not see this one; it is asked again when all of it is there."""
_log = logging.getLogger(__name__)
_T = TypeVar("_T")

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
Hear = Callable[[str, str, str, Callable[[Answer], None]], bool]
"""Takes a request that needs no thread while it waits: path, user agent, languages, and what to call with its answer; or says no."""


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

    def __init__(
        self, app: Wsgi, *, hear: Hear = lambda *_: False, uploads: Uploads | None = None, body_seconds: float = BODY_SECONDS
    ) -> None:
        """``app`` is called in threads of our own; ``hear`` is asked before, in the loop, about GETs; ``uploads`` keeps large bodies."""
        self._app, self._hear, self._uploads = app, hear, uploads
        self._bodies = Bodies(seconds=body_seconds)
        self._threads = Threads(THREADS)

    async def __rsgi__(self, scope: Scope, line: Line) -> None:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        if scope.method == "GET" and (answer := await self._heard(scope, loop)):
            line.response_bytes(int(answer.status[:3]), all_headers(answer), answer.body)
            return
        try:
            if scope.method in _BODILESS:
                await self._reply(environment(scope), line, loop)
            elif self._uploads and scope.path in self._uploads.doors:
                await self._take(scope, line, loop, self._uploads)
            else:
                body = await self._bodies.whole(scope, line)
                await self._reply(environment(scope, BytesIO(body), len(body)), line, loop)
        except Refused as refused:
            line.response_bytes(refused.status, _PLAIN, f"{refused.status.phrase}\n".encode())

    async def _take(self, scope: Scope, line: Line, loop: asyncio.AbstractEventLoop, uploads: Uploads) -> None:
        """A large body, after asking whether its sender is known; a stranger is answered at once, as if looking at the page."""
        asked = environment(scope) | {"REQUEST_METHOD": "GET", "PATH_INFO": uploads.doors[scope.path], "QUERY_STRING": ""}
        heard: list[tuple[int, Headers, bytes]] = []
        await self._threads.do(loop, partial(self._ask, asked, heard))
        if not heard or heard[0][0] not in _KNOWN:
            line.response_bytes(*(heard[0] if heard else (500, _PLAIN, _SORRY)))
            return
        if (said := said_length(scope, sys.maxsize)) > LARGEST_UPLOAD:
            await self._reply(environment(scope, None, said), line, loop)  # the page says in words of its own that it is too much
            return
        async with uploads.whole(scope, line) as (body, length):
            await self._reply(environment(scope, body, length), line, loop)

    def _ask(self, environ: dict[str, Any], heard: list[tuple[int, Headers, bytes]]) -> None:
        said: list[tuple[int, Headers]] = []
        try:
            pieces = self._app(environ, lambda status, headers, _fault=None: said.append((int(status[:3]), headers)))
            heard.append((*said[-1], b"".join(pieces)))
        except Exception:
            _log.exception("whether a sender is known could not be asked")

    async def _heard(self, scope: Scope, loop: asyncio.AbstractEventLoop) -> Answer | None:
        """The answer of who needs no thread."""
        found: asyncio.Future[Answer] = loop.create_future()

        def tell(answer: Answer) -> None:
            loop.call_soon_threadsafe(_tell, found, answer)

        agent, languages = scope.headers.get("user-agent", ""), scope.headers.get("accept-language", "")
        return await found if self._hear(scope.path, agent, languages, tell) else None

    async def _reply(self, environ: dict[str, Any], line: Line, loop: asyncio.AbstractEventLoop) -> None:
        await self._threads.do(loop, partial(self._answer, environ, line, loop))

    def _answer(self, environ: dict[str, Any], line: Line, loop: asyncio.AbstractEventLoop) -> None:
        """Everything that may block, in one thread; a long answer is sent as it is made."""
        said: list[tuple[int, Headers]] = []
        pieces: Iterable[bytes] = ()
        try:
            pieces = self._app(environ, lambda status, headers, _fault=None: said.append((int(status[:3]), headers)))
            rest = iter(pieces)
            first = _beginning(rest)
            if len(first) <= _WHOLE:
                line.response_bytes(*said[-1], first)
            else:
                _send(line.response_stream(*said[-1]), chain([first], rest), loop)
        except Exception:
            _log.exception("a request was not answered")
            line.response_bytes(500, _PLAIN, _SORRY)
        finally:
            getattr(pieces, "close", lambda: None)()


def environment(scope: Scope, body: BinaryIO | None = None, length: int = 0) -> dict[str, Any]:
    """The request as PEP 3333 tells it."""
    client, port = address(scope.client)
    name, own_port = address(scope.server)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": client,
        "REMOTE_PORT": port,
        "SERVER_NAME": name,
        "SERVER_PORT": own_port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "CONTENT_LENGTH": str(length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body or BytesIO(),
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


def web_process() -> Bridge:
    """What the web server loads: it ends with the process that started it."""
    keep_log(settings := read_settings())
    product = app.web_process()
    spare_what_stays()
    forget_leftovers(settings.home)
    return Bridge(product, hear=product.beacons.hear, uploads=Uploads(app.UPLOADS, settings.home))
