"""The first words on a connection: banner, EHLO, STARTTLS, AUTH; after them it may carry mail."""

import asyncio
import base64
import socket
import ssl
from ipaddress import ip_address
from typing import cast

from mailflow.delivery.transports.connection import Connection
from mailflow.delivery.transports.grammar import Answer, Extensions, read_extensions
from mailflow.delivery.transports.line import LineLostError
from mailflow.delivery.transports.route import Route, Tls
from mailflow.delivery.transports.transaction import read_answer
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.outbox.words import Reason


class NoConnectionError(Exception):
    """No connection that could carry mail; ``reply`` is what every waiting message is answered, always a deferral."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply._replace(verdict=Verdict.DEFERRED)


async def greet(connection: Connection, route: Route, context: ssl.SSLContext | None) -> None:
    """Connect and make the connection ready; NoConnectionError, and nothing left open, when that cannot be."""
    try:
        await _connect(connection, route, context)
        _demand(await connection.banner(), 220)
        await _hello(connection, route)
        if route.tls is Tls.STARTTLS or (route.tls is Tls.TRY and "STARTTLS" in connection.offered):
            await _encrypt(connection, route, context)
        if route.user:
            try:
                await _sign_in(connection, route)
            except NoConnectionError as refused:  # whatever the code says, 454 4.7.0 too: it is about us, not about mail
                raise NoConnectionError(refused.reply._replace(reason=Reason.SENDER)) from None
    except NoConnectionError as refused:
        connection.end(str(refused))
        raise
    except (OSError, LineLostError) as error:
        connection.end(str(error))
        raise NoConnectionError(_away(route, error)) from None


async def _connect(connection: Connection, route: Route, context: ssl.SSLContext | None) -> None:
    tls = context if route.tls is Tls.IMPLICIT else None
    async with asyncio.timeout(route.patience.connect):
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: connection, route.host, route.port, ssl=tls, server_hostname=route.host if tls else None)


async def _hello(connection: Connection, route: Route) -> None:
    name = route.hello or _own_name(connection)
    answer = await connection.ask(f"EHLO {name}\r\n".encode())
    if 500 <= answer.code < 600:  # an old server: it offers nothing (RFC 5321 section 3.2)
        _demand(await connection.ask(f"HELO {name}\r\n".encode()), 250)
        connection.offered = Extensions()
        return
    _demand(answer, 250)
    connection.offered = read_extensions(answer.text)


async def _encrypt(connection: Connection, route: Route, context: ssl.SSLContext | None) -> None:
    """STARTTLS, and the greeting again: what was offered in plain text is forgotten (RFC 3207). Never goes on without it."""
    if "STARTTLS" not in connection.offered:
        raise NoConnectionError(Reply(Verdict.DEFERRED, Reason.NETWORK, text="TLS is required and the server does not offer STARTTLS"))
    answer = await connection.ask(b"STARTTLS\r\n")
    if answer.code != 220:
        refusal = f"TLS is required, STARTTLS failed: {answer.text}"
        raise NoConnectionError(Reply(Verdict.DEFERRED, Reason.NETWORK, answer.code, None, refusal))
    if connection.has_pending_text():
        raise LineLostError("plain text came after STARTTLS")
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(route.patience.connect):
        encrypted = await loop.start_tls(connection.transport, connection, cast("ssl.SSLContext", context), server_hostname=route.host)
    if encrypted is None or connection.has_pending_text():
        raise LineLostError("plain text came after STARTTLS")
    connection.use(encrypted)
    connection.is_encrypted = True
    await _hello(connection, route)


async def _sign_in(connection: Connection, route: Route) -> None:
    """AUTH PLAIN (RFC 4616), or LOGIN where only that is offered; where TLS was to be tried, never without it."""
    if route.tls is Tls.TRY and not connection.is_encrypted:
        raise NoConnectionError(
            Reply(Verdict.DEFERRED, Reason.SENDER, text="the server offers no TLS, and a password is not said in plain text")
        )
    offered = connection.offered.mechanisms
    if "PLAIN" in offered:
        answer = await connection.ask(b"AUTH PLAIN " + _base64(f"\0{route.user}\0{route.password}"))
    elif "LOGIN" in offered:
        _demand(await connection.ask(b"AUTH LOGIN\r\n"), 334)
        _demand(await connection.ask(_base64(route.user)), 334)
        answer = await connection.ask(_base64(route.password))
    else:
        raise NoConnectionError(Reply(Verdict.DEFERRED, Reason.SENDER, text="the server offers neither AUTH PLAIN nor AUTH LOGIN"))
    _demand(answer, 235)


def _demand(answer: Answer, code: int) -> None:
    if answer.code != code:
        reply = read_answer(answer) if answer.code >= 400 else Reply(Verdict.DEFERRED, Reason.NETWORK, answer.code, None, answer.text)
        raise NoConnectionError(reply)


def _away(route: Route, error: Exception) -> Reply:
    why = "no answer in time" if isinstance(error, TimeoutError) else str(error)
    return Reply(Verdict.DEFERRED, Reason.NETWORK, text=f"{route.host}:{route.port}: {why}"[:300])


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode()) + b"\r\n"


def _own_name(connection: Connection) -> str:
    """This computer's full name, or its address in brackets (RFC 5321 section 4.1.3)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = ip_address(str(connection.transport.get_extra_info("sockname", ("127.0.0.1",))[0]).partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
