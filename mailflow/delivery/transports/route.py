"""Where mail leaves to, and how patiently: read from a smtp:// URL."""

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit


class Tls(StrEnum):
    """How the line is encrypted. What is asked for is required, but for ``try``: there is no falling back to plain text."""

    NONE = "none"
    TRY = "try"
    """STARTTLS where it is offered, whoever the server says it is; once seen, it is required until the process ends."""
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for each reply (RFC 5321 section 4.5.3.2), and for how long an idle connection is kept."""

    connect: float = 30.0
    banner: float = 300.0
    command: float = 300.0
    data: float = 120.0
    final_dot: float = 600.0
    """Never shorter in production: giving up before the server does makes doubt."""
    idle: float = 20.0
    away: float = 1.0
    """After a failed connection every message is deferred at once for this long, before the server is tried again."""
    drain: float = 10.0
    """How long ``close`` waits for messages under way."""


@dataclass(frozen=True)
class Route:
    """One next server, and the manners it is spoken to with."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Tls = Tls.NONE
    connections: int = 10
    messages_per_connection: int = 1000
    hello: str = ""
    """The name given with EHLO; empty means this computer's own name or address."""
    authorities: str = ""
    """A file of certificate authorities to trust instead of the system's."""
    patience: Patience = Patience()

    def tls_context(self) -> ssl.SSLContext:
        """A context for TLS 1.2 or later that verifies the server's name, but where TLS is only tried and no authority is named.

        ValueError if the authorities cannot be read.
        """
        try:
            context = ssl.create_default_context(cafile=self.authorities or None)
        except OSError:
            raise ValueError("The mail URL's ca option names no file of certificates that can be read.") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.tls is Tls.TRY and not self.authorities:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


def parse_route(url: str) -> Route:
    """The route of ``smtp://user:pass@host:port?tls=…&connections=…``; ValueError with one sentence if it is not one.

    Further options: ``messages`` per connection, ``name`` for EHLO, ``ca`` (a file). Without ``tls``: implicit on port 465,
    none on this computer, else STARTTLS, and it is required.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ValueError("The mail URL's host or port cannot be read; write smtp://user:pass@host:port.") from None
    if not host:
        raise ValueError("The mail URL names no host; write smtp://user:pass@host:port.")
    options = _options(parts)
    tls = _tls(options, host, port)
    return Route(
        host=host,
        port=port or {Tls.IMPLICIT: 465, Tls.STARTTLS: 587}.get(tls, 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        connections=_number(options, "connections", 10, 500),
        messages_per_connection=_number(options, "messages", 1000, 1_000_000),
        hello=options.get("name", ""),
        authorities=options.get("ca", ""),
    )


_KNOWN = ("tls", "connections", "messages", "name", "ca")


def _options(parts: SplitResult) -> dict[str, str]:
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if unknown := sorted(set(options) - set(_KNOWN)):
        raise ValueError(f"The mail URL has an unknown option {unknown[0][:20]!r}; known are {', '.join(_KNOWN)}.")
    if not options.get("name", "").isascii() or any(character.isspace() for character in options.get("name", "")):
        raise ValueError("The mail URL's name option must be a plain host name.")
    return options


def _tls(options: dict[str, str], host: str, port: int | None) -> Tls:
    asked = options.get("tls")
    if asked is None:
        if port == 465:
            return Tls.IMPLICIT
        return Tls.NONE if _is_here(host) else Tls.STARTTLS
    if asked not in list(Tls):
        raise ValueError(f"The mail URL's tls option must be none, try, starttls or implicit, not {asked[:20]!r}.")
    return Tls(asked)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _number(options: dict[str, str], name: str, default: int, most: int) -> int:
    text = options.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ValueError(f"The mail URL's {name} option must be a number from 1 to {most}, not {text[:20]!r}.")
    return int(text)
