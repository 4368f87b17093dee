"""A real SMTP server on loopback for tests: keeps what it gets, misbehaves when the recipient asks for it."""

import asyncio
import email
import email.policy
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

REFUSALS = {
    "tempfail": "451 4.3.0 Temporary local problem, please try later",
    "permfail": "550 5.1.1 The email account that you tried to reach does not exist",
    "full": "452 4.2.2 The recipient's inbox is out of storage space",
    "throttle": "450 4.7.28 Our system has detected an unusual rate of mail from your address",
    "policy": "550 5.7.1 Message blocked for policy reasons",
}
"""What RCPT is answered, by the recipient's local part (up to its first plus sign)."""


@dataclass(frozen=True)
class Received:
    """One message that the server took, with the monotonic second of its final dot."""

    recipient: str
    sender: str
    content: bytes
    at: float

    def parsed(self) -> EmailMessage:
        """The message as Python's own parser reads it."""
        message = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


class Sink:
    """A server to be used in a ``with`` block; safe to look at from the test's own thread.

    Local parts that misbehave (``slow+2@example.net`` counts as ``slow``): those of REFUSALS, ``greylist`` (450 the first
    time), ``drop-after-dot`` (kept, then silence), ``drop-before-dot`` (closed instead of 354), ``slow`` (answers the final
    dot after ``slow_seconds``). ``refusing`` answers new connections with 421; ``go_away`` and ``come_back`` keep the port.
    """

    def __init__(self, *, pipelining: bool = True, tls: ssl.SSLContext | None = None, implicit: bool = False, **options: Any) -> None:
        """Choose what is offered; ``login=(user, password)`` asks for AUTH, other options are aiosmtpd's own."""
        self.pipelining, self.refusing, self.slow_seconds = pipelining, False, 0.5
        self.received: list[Received] = []
        self.commands: Counter[str] = Counter()
        self.connections = 0
        self.port = 0
        self._tls, self._implicit = tls, implicit
        self._options = _aiosmtpd_options(options, None if implicit else tls)
        self._greylisted: set[str] = set()
        self._open: set[_Conversation] = set()
        self._changed = threading.Condition()
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sink", daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The mail URL that reaches this server."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    def __enter__(self) -> Self:
        """Begin to listen on a free port."""
        self._thread.start()
        self.come_back()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close everything that is open."""
        self.go_away()
        self._run(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        return len(self._open)

    def go_away(self) -> None:
        """Stop listening and cut every open connection."""
        self._run(self._close())

    def come_back(self) -> None:
        """Listen again, on the port of before."""
        self._run(self._listen())

    def messages_to(self, address: str) -> list[EmailMessage]:
        """The messages taken for one address, parsed, oldest first."""
        return [one.parsed() for one in list(self.received) if one.recipient == address]

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Received]:
        """All messages so far, once there are ``count``; fails when they have not come in time."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.received) >= count, seconds), f"{len(self.received)} of {count} mails came"
            return list(self.received)

    def clear(self) -> None:
        """Forget the messages taken so far."""
        with self._changed:
            self.received.clear()

    def keep(self, envelope: Envelope) -> None:
        """Take one message (called by the server's own thread)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        with self._changed:
            for recipient in envelope.rcpt_tos:
                self.received.append(Received(recipient, envelope.mail_from or "", content, time.monotonic()))
            self._changed.notify_all()

    def answer_recipient(self, address: str) -> str | None:
        """The refusal an address asks for, if any."""
        manner = manner_of(address)
        if manner == "greylist" and address not in self._greylisted:
            self._greylisted.add(address)
            return "450 4.7.1 Greylisted, please try again in 300 seconds"
        return REFUSALS.get(manner)

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        tls = self._tls if self._implicit else None
        self._server = await self._loop.create_server(self._converse, "127.0.0.1", self.port, ssl=tls, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    def _converse(self) -> "_Conversation":
        return _Conversation(self, self._open, **self._options)

    async def _close(self) -> None:
        if self._server:
            for listening in self._server.sockets:  # asyncio drops, unclosed, what it accepts in the turn in which it stops
                self._loop.remove_reader(listening.fileno())
            await asyncio.sleep(0.01)
            self._server.close()
            self._server = None
        for conversation in list(self._open):
            conversation.cut()

    async def _settle(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0.01)  # those that were just being accepted are here by now
        for conversation in list(self._open):
            conversation.cut()
        await asyncio.sleep(0)


def manner_of(address: str) -> str:
    """How the recipient asks to be treated: the local part up to a plus sign."""
    return address.rpartition("@")[0].partition("+")[0].lower()


def _aiosmtpd_options(options: dict[str, Any], tls: ssl.SSLContext | None) -> dict[str, Any]:
    known = {"enable_SMTPUTF8": True, "data_size_limit": 33_554_432, "hostname": "sink.example.net", "tls_context": tls}
    if login := options.pop("login", None):
        known |= {"authenticator": _authenticator(*login), "auth_require_tls": False}
    return known | options


def _authenticator(user: str, password: str) -> Callable[..., AuthResult]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


class _Manners:
    """aiosmtpd's hooks: what is answered to EHLO, RCPT and the final dot."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], *(["250-PIPELINING"] if self.sink.pipelining else []), "250-ENHANCEDSTATUSCODES", *responses[1:]]

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if refusal := self.sink.answer_recipient(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: "_Conversation", _session: Session, envelope: Envelope) -> str:  # noqa: N802
        manner = manner_of(envelope.rcpt_tos[0])
        if manner == "slow":
            await asyncio.sleep(self.sink.slow_seconds)
        self.sink.keep(envelope)
        if manner == "drop-after-dot":
            server.cut()
        return "250 2.0.0 Ok: queued"


class _Conversation(SMTP):
    """One connection to the sink."""

    def __init__(self, sink: Sink, everyone: "set[_Conversation]", **options: Any) -> None:
        super().__init__(_Manners(sink), **options)
        self._sink, self._everyone = sink, everyone
        self._auth_required = "authenticator" in options  # set here: the constructor warns of a password without TLS

    def connection_made(self, transport: Any) -> None:
        self._everyone.add(self)
        self._sink.connections += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._everyone.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Close at once, without a word."""
        if self.transport:
            cast("asyncio.Transport", self.transport).abort()

    async def _handle_client(self) -> None:
        if self._sink.refusing:
            await self.push("421 4.3.2 No new connections now, try again later")
            self.cut()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.envelope and self.envelope.rcpt_tos and manner_of(self.envelope.rcpt_tos[0]) == "drop-before-dot":
            self.cut()
            return
        await super().smtp_DATA(arg)

    async def _call_handler_hook(self, command: str, *args: Any) -> Any:
        self._sink.commands[command] += 1
        return await super()._call_handler_hook(command, *args)
