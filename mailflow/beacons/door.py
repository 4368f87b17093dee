"""Leads /o/, /c/ and /view/ to what they do; whatever happens inside, the reader gets an answer and no traceback."""

import logging
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from mailflow.beacons import pages
from mailflow.beacons.answers import MAIL_POLICY, NO_ICON, PIXEL, Answer, Environment, StartResponse, Wsgi, page, send, way_on
from mailflow.delivery.view import view_html
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose, Token
from mailflow.tracking.hits import record_click, record_open

PATIENCE_MILLISECONDS = 2000
"""How long a reader waits for a database that others write to; then she gets her answer and the hit is lost."""

_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_log = logging.getLogger(__name__)


def create_beacons(database: Database, settings: Settings, ring: Ring) -> Wsgi:
    """The WSGI callable for /o/<token>.gif, /c/<token> and /view/<token>."""
    return Door(_impatient(database), settings, ring)


def _impatient(database: Database) -> Database:
    """The same database, but a locked one is waited for only shortly."""
    own = Database(database.url)
    if database.url.startswith("sqlite"):

        @event.listens_for(own.engine, "connect")
        def _wait_less(connection: Any, _record: object) -> None:
            connection.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")

    return own


class Door:
    """Answers one request after the other; keeps nothing between them."""

    def __init__(self, database: Database, settings: Settings, ring: Ring) -> None:
        self._database, self._settings, self._ring = database, settings, ring
        self._ways = {"o": self._open, "c": self._click, "view": self._view}

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        method = str(environ.get("REQUEST_METHOD", "GET"))
        language = pages.reader_language(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))
        _, way, rest = [*str(environ.get("PATH_INFO", "")).split("/", 2), "", ""][:3]
        if method == "OPTIONS":
            return send(Answer("204 No Content", (("Allow", "GET, HEAD, OPTIONS"),)), start_response, head=True)
        if method not in ("GET", "HEAD"):
            return send(pages.not_so(language), start_response, head=False)
        agent = str(environ.get("HTTP_USER_AGENT", ""))[:500]
        answer = self._answer(way, rest, method, agent, language)
        return send(answer, start_response, head=method == "HEAD")

    def _answer(self, way: str, rest: str, method: str, agent: str, language: str) -> Answer:
        found = self._ways.get(way)
        try:
            return found(rest, method, agent, language) if found else pages.no_link(language)
        except Exception:
            _log.exception("a beacon of kind %s failed", way)  # never the address: it carries a token
            return PIXEL if way == "o" else pages.trouble(language)

    def _open(self, rest: str, method: str, agent: str, language: str) -> Answer:  # noqa: ARG002
        """Always the picture, so that no mail shows a broken one."""
        token, purpose = self._token(rest.removesuffix(".gif"), Purpose.OPEN, Purpose.OPEN_MAILING)
        if token and method == "GET":
            try:
                with self._database.begin() as session:
                    record_open(session, token, purpose, now=utc_now(), agent=agent, method=method)
            except SQLAlchemyError as fault:
                _log.warning("an open was not kept: %s", type(fault).__name__)
        return PIXEL

    def _click(self, rest: str, method: str, agent: str, language: str) -> Answer:
        token, purpose = self._token(rest, Purpose.CLICK, Purpose.CLICK_MAILING)
        url = self._follow(token, purpose, method, agent) if token else None
        return way_on(url) if url else pages.no_link(language)

    def _follow(self, token: Token, purpose: Purpose, method: str, agent: str) -> str | None:
        if method == "GET":
            try:
                with self._database.begin() as session:
                    return record_click(session, token, purpose, now=utc_now(), agent=agent, method=method)
            except SQLAlchemyError as fault:
                _log.warning("a click was not kept: %s", type(fault).__name__)
        with self._database.read() as session:  # nobody can write now, but the reader gets where she wanted
            return record_click(session, token, purpose, now=utc_now(), agent=agent, method="HEAD")

    def _view(self, rest: str, method: str, agent: str, language: str) -> Answer:  # noqa: ARG002
        token = self._ring.mint.read(Purpose.VIEW, rest)
        if token is None:
            return pages.no_mail(language)
        with self._database.read() as session:
            html = view_html(session, token.row_id, mint=self._ring.mint, public_url=self._settings.public_url)
        return pages.no_mail(language) if html is None else page("200 OK", _HEAD.sub(_with_no_icon, html, count=1), MAIL_POLICY)

    def _token(self, text: str, *purposes: Purpose) -> tuple[Token | None, Purpose]:
        """What a token says under the first purpose it was made for."""
        for purpose in purposes:
            if token := self._ring.mint.read(purpose, text):
                return token, purpose
        return None, purposes[0]


def _with_no_icon(head: re.Match[str]) -> str:
    return head[0] + NO_ICON
