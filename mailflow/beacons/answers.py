"""What the beacons answer: a picture, a way on, a page; each with the headers that keep tokens to themselves."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.urls import iri_to_uri

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Environment = dict[str, Any]
Wsgi = Callable[[Environment, StartResponse], Iterable[bytes]]
Headers = Sequence[tuple[str, str]]

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent pixel, GIF89a."""

ALWAYS: Headers = (
    ("Cache-Control", "no-store, private, max-age=0"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("X-Content-Type-Options", "nosniff"),
)

STYLE = (
    ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f7f5f0;color:#23211c;"
    "font:17px/1.55 Figtree,system-ui,sans-serif}main{max-width:30rem;padding:32px}h1{font-size:26px;line-height:1.25;margin:0 0 12px}"
    "p{margin:0 0 12px}@media(prefers-color-scheme:dark){body{background:#181714;color:#f1ede4}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_PAGE_POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; "
    "font-src https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A mail runs nothing and asks nothing, but shows its pictures."""

NO_ICON = '<link rel="icon" href="data:,">'
"""Or a browser asks for /favicon.ico, which these pages' strict headers refuse, and complains in its console."""


@dataclass(frozen=True)
class Answer:
    """Status line, headers of its own and body."""

    status: str
    headers: Headers = ()
    body: bytes = b""


PIXEL = Answer("200 OK", (("Content-Type", "image/gif"),), GIF)


def way_on(url: str) -> Answer:
    """A redirect that no cache keeps; the address is written in ASCII, as headers must be."""
    return Answer("302 Found", (("Location", iri_to_uri(url)),))


def page(status: str, html: str, policy: str = _PAGE_POLICY) -> Answer:
    """An HTML page under a content security policy."""
    return Answer(status, (("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)), html.encode())


def all_headers(answer: Answer) -> list[tuple[str, str]]:
    """An answer's own headers, those that every answer has, and its length."""
    return [*answer.headers, *ALWAYS, ("Content-Length", str(len(answer.body)))]


def send(answer: Answer, start_response: StartResponse, *, head: bool) -> Iterable[bytes]:
    """Give an answer to the server; to HEAD without its body."""
    start_response(answer.status, all_headers(answer))
    return [b"" if head else answer.body]
