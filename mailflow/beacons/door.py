"""Leads /o/, /c/ and /view/ to what they do; whatever happens inside, the reader gets an answer and no traceback."""

import logging
import re
from collections.abc import Callable, Iterable

from mailflow.beacons import pages
from mailflow.beacons.answers import MAIL_POLICY, NO_ICON, PIXEL, Answer, Environment, StartResponse, page, send, way_on
from mailflow.beacons.keeping import PATIENCE, Keeper, Way
from mailflow.delivery.view import view_html
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose
from mailflow.tracking.hits import arrival
from mailflow.tracking.words import Arrival, HitKind

_PURPOSES = {"o": (Purpose.OPEN, Purpose.OPEN_MAILING), "c": (Purpose.CLICK, Purpose.CLICK_MAILING)}
_LONGEST_AGENT = 500
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_log = logging.getLogger(__name__)


def create_beacons(database: Database, settings: Settings, ring: Ring) -> "Door":
    """The WSGI callable for /o/<token>.gif, /c/<token> and /view/<token>."""
    return Door(Database(database.url, patience=PATIENCE), settings, ring)


class Door:
    """Answers pixels, links and mails seen in a browser."""

    def __init__(self, database: Database, settings: Settings, ring: Ring) -> None:
        self._database, self._settings, self._ring = database, settings, ring
        self._keeper = Keeper(database)
        self._ways = {"o": self._open, "c": self._click, "view": self._view}

    def hear(self, path: str, agent: str, languages: str, tell: Callable[[Answer], None]) -> bool:
        """Take the GET of a hit without a thread that waits: ``tell`` gets the answer, in another thread, once it is kept.

        False for whatever is no hit, and for one too many: that is to be called.
        """
        _, way, rest = [*path.split("/", 2), "", ""][:3]
        hit = self._arrival(way, rest, agent[:_LONGEST_AGENT])
        return hit is not None and self._keeper.keep(hit, lambda found: tell(_answer_to(hit, found, languages)))

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        method = str(environ.get("REQUEST_METHOD", "GET"))
        language = pages.reader_language(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))
        _, way, rest = [*str(environ.get("PATH_INFO", "")).split("/", 2), "", ""][:3]
        if method == "OPTIONS":
            return send(Answer("204 No Content", (("Allow", "GET, HEAD, OPTIONS"),)), start_response, head=True)
        if method not in ("GET", "HEAD"):
            return send(pages.not_so(language), start_response, head=False)
        agent = str(environ.get("HTTP_USER_AGENT", ""))[:_LONGEST_AGENT]
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
        if method == "GET" and (hit := self._arrival("o", rest, agent)):
            self._keeper.kept(hit)
        return PIXEL

    def _click(self, rest: str, method: str, agent: str, language: str) -> Answer:
        hit = self._arrival("c", rest, agent)
        if hit is None:
            return pages.no_link(language)
        return _answer_to(hit, self._keeper.kept(hit) if method == "GET" else self._keeper.looked_up([hit])[0], language)

    def _view(self, rest: str, method: str, agent: str, language: str) -> Answer:  # noqa: ARG002
        token = self._ring.mint.read(Purpose.VIEW, rest)
        if token is None:
            return pages.no_mail(language)
        with self._database.read() as session:
            html = view_html(session, token.row_id, mint=self._ring.mint, public_url=self._settings.public_url)
        return pages.no_mail(language) if html is None else page("200 OK", _HEAD.sub(_with_no_icon, html, count=1), MAIL_POLICY)

    def _arrival(self, way: str, rest: str, agent: str) -> Arrival | None:
        """What the address asks for, if its token was made for that."""
        text = rest.removesuffix(".gif") if way == "o" else rest
        for purpose in _PURPOSES.get(way, ()):
            if token := self._ring.mint.read(purpose, text):
                return arrival(token, purpose, now=utc_now(), agent=agent)
        return None


def _answer_to(hit: Arrival, way: Way, languages: str) -> Answer:
    """What a hit's reader gets; never an error, since somebody waits for it."""
    if hit.kind is HitKind.OPEN:
        return PIXEL
    language = pages.reader_language(languages)
    try:
        return way_on(way.url) if way.url else pages.trouble(language) if way.fault else pages.no_link(language)
    except ValueError:
        _log.exception("a link could not be written into a header")
        return pages.trouble(language)


def _with_no_icon(head: re.Match[str]) -> str:
    return head[0] + NO_ICON
