"""/healthz, /readyz and /metrics: for those who watch over the machine. Who has no right to more learns "ok" or nothing."""

import hmac
import ipaddress
import logging
import platform
from collections.abc import Iterable
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from mailflow import __version__
from mailflow.beacons.answers import Answer, Environment, StartResponse, send
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.disk import lacks_room
from mailflow.foundation.settings import Settings
from mailflow.foundation.shape import known_shapes, shape_of
from mailflow.reporting.metrics import Metric, metrics

PROBES = ("/healthz", "/readyz", "/metrics")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_PROMETHEUS = (("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),)
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
_NOTHING = Answer("404 Not Found", _TEXT, b"Not Found\n")
_log = logging.getLogger(__name__)


class Probes:
    """Answers the three addresses; GET and HEAD only, and neither changes anything."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._shape = known_shapes()[-1]

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        method = environ.get("REQUEST_METHOD")
        answer = self._answer(environ) if method in ("GET", "HEAD") else Answer("405 Method Not Allowed", (*_TEXT, ("Allow", "GET, HEAD")))
        return send(answer, start_response, head=method == "HEAD")

    def _answer(self, environ: Environment) -> Answer:
        path = environ.get("PATH_INFO")
        if path == "/healthz":
            return Answer("200 OK", _TEXT, b"ok\n")
        if path == "/readyz":
            return self._ready(environ)
        return self._metrics() if self._may(environ) else self._refusal()

    def _ready(self, environ: Environment) -> Answer:
        """Whether this process can serve: what is missing is said to those who may know, and in the log."""
        missing = self._missing()
        if not missing:
            return Answer("200 OK", _TEXT, b"ok\n")
        _log.warning("not ready: %s", missing)
        told = missing if self._may(environ) else "not ready"
        return Answer("503 Service Unavailable", (*_TEXT, ("Retry-After", "5")), f"{told}\n".encode())

    def _missing(self) -> str:
        try:
            found = shape_of(self._database)
        except SQLAlchemyError:
            return "the database does not answer"
        if found not in (None, self._shape):  # none at all: made without migrations, as tests do
            return f"the tables are of another version ({found}, not {self._shape})"
        return "the disk has no room" if lacks_room(self._settings.home) else ""

    def _metrics(self) -> Answer:
        build = {"version": __version__, "python": platform.python_version(), "shape": self._shape}
        try:
            with self._database.read() as session:
                found = metrics(session, now=utc_now())
        except SQLAlchemyError:
            _log.exception("the figures could not be counted")
            return Answer("503 Service Unavailable", (*_TEXT, ("Retry-After", "5")), b"the database does not answer\n")
        built = Metric("mailflow_build_info", "gauge", "What is running.", [(build, 1)])
        return Answer("200 OK", _PROMETHEUS, "".join(_written(each) for each in (built, *found)).encode())

    def _may(self, environ: Environment) -> bool:
        """With the token, where one is set. Without one only where the whole installation is this computer's own: a proxy in front
        makes every stranger look like a neighbour."""
        if self._settings.metrics_token:
            given = str(environ.get("HTTP_AUTHORIZATION", ""))
            return hmac.compare_digest(given.encode(), f"Bearer {self._settings.metrics_token}".encode())
        own = _is_loopback(urlsplit(self._settings.public_url).hostname or "") and _is_loopback(_host(environ))
        return own and _is_loopback(str(environ.get("REMOTE_ADDR", ""))) and not any(environ.get(header) for header in _FORWARDED)

    def _refusal(self) -> Answer:
        if not self._settings.metrics_token:
            return _NOTHING
        return Answer("401 Unauthorized", (*_TEXT, ("WWW-Authenticate", "Bearer")), b"Unauthorized\n")


def _host(environ: Environment) -> str:
    """By which name it was asked: a stranger's page in a browser here, whose name was made to lead here, has its own."""
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST') or 'localhost'}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _written(metric: Metric) -> str:
    """In Prometheus' text format 0.0.4."""
    lines = [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
    for labels, value in metric.samples:
        told = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        lines.append(f"{metric.name}{{{told}}} {value:g}" if told else f"{metric.name} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
