"""What processes write to their log: nothing in it forges a line or moves a cursor, names an address, or opens a door.

An address becomes a keyed hash: the same person can be followed through the log, and nobody learns who she is.
"""

import copy
import hmac
import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

from mailflow.foundation.keys import secret_of
from mailflow.foundation.settings import Settings

_FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
_INDENT = "    "
_LONGEST_LINE = 10_000
"""Characters; what strangers send may be longer, and tells nobody more."""
_LONGEST_LOCAL = 320
_AT = re.compile("[@\uff20]|%(?:25)*40")
"""The sign as it is, wide, or escaped for addresses of pages, once or more often."""
_LOCAL_BACKWARDS = re.compile(r"\"[^\"\n]*\"|[^\s<>\"()\[\]{},;:=\\@\uff20]*")
_NO_LOCAL = re.compile(r"(?:[bruf]{0,2}')?(?:(?:\d{2,5})?/(?:/[^/]*/)?(?:[^/]*/)?)?")
"""What may stand right before one without being of it: a quote of Python's; a path, of which the first step is ours."""
_DOMAIN = re.compile(r"\[[^\]\s]{1,255}\]|[\w-]+(?:\.[\w-]+)*")
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]*@")
_SECRETS = re.compile(r"(?<![\w-])(?:[E-H][A-Za-z0-9_-]{35}(?![\w-])|mf_live_[\w-]+)")
"""The tokens of links, whose first letter is that of their version and key, and the keys of the API."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def keep_log(settings: Settings) -> None:
    """Have everything this process logs, what ends it included, written so to standard error; may be said again."""
    handler = logging.StreamHandler()
    handler.setFormatter((DiscreetJson if settings.log_form == "json" else Discreet)(secret_of(settings)))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick passed over while the last one works is meant
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # it tells of each job twice
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # whoever waits for a connection says so
    sys.excepthook = _ended
    threading.excepthook = lambda told: _ended(told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)


class Discreet(logging.Formatter):
    """One line a record, its traceback indented below it; control characters are written as escapes, addresses as hashes."""

    def __init__(self, secret: str) -> None:
        """``secret``: the installation's."""
        super().__init__(_FORM)
        self._key = hmac.digest(secret.encode(), b"mailflow log", "sha256")

    def format(self, record: logging.LogRecord) -> str:
        """The record as it may be written."""
        own = copy.copy(record)
        own.exc_text = None  # another handler's formatter may have left its own there
        return "\n".join(_shortened(line) for line in self._hidden(super().format(own)).split("\n"))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """One line, whatever was told."""
        return _escaped(super().formatMessage(record)).replace("\n", "\\n")

    def formatException(self, ei: object) -> str:  # noqa: N802  # logging's name
        """A traceback that no line of can be taken for a record."""
        return _below(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802  # logging's name
        """As a traceback."""
        return _below(super().formatStack(stack_info))

    def _hidden(self, text: str) -> str:
        without = _SECRETS.sub("<secret>", _CREDENTIALS.sub("<secret>@", text))
        told, end = [], 0
        for sign in _AT.finditer(without):
            domain = _DOMAIN.match(without, sign.end())
            start = _start_of_local(without, sign.start(), end) if domain else sign.start()
            if domain and end <= start < sign.start():
                told += [without[end:start], self._hash(f"{without[start : sign.start()]}@{domain[0]}")]
                end = domain.end()
        return "".join((*told, without[end:]))

    def _hash(self, address: str) -> str:
        said = address.lower().encode("utf-8", "backslashreplace")
        return f"<address {hmac.digest(self._key, said, 'sha256').hex()[:10]}>"


class DiscreetJson(Discreet):
    """One JSON object a line, for programs that gather logs: at, level, name, process, message, and trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as it may be written."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "name": record.name,
            "process": record.process,
            "message": self._safe(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0]:
            told["trace"] = "\n".join(self._safe(line) for line in logging.Formatter().formatException(record.exc_info).split("\n"))
        return json.dumps(told, ensure_ascii=False)

    def _safe(self, text: str) -> str:
        return _shortened(self._hidden(_escaped(text)))


def _start_of_local(text: str, at: int, floor: int) -> int:
    """Found backwards from the sign: a word that leads to none costs nothing, however long it is."""
    before = text[max(floor, at - _LONGEST_LOCAL, 0) : at]
    found = _LOCAL_BACKWARDS.match(before[::-1])
    local = before[len(before) - found.end() :] if found else ""
    outside = _NO_LOCAL.match(local)
    return at - len(local) + (outside.end() if outside else 0)


def _shortened(line: str) -> str:
    """After hiding: half an address would not be known for one."""
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} … and {len(line) - _LONGEST_LINE} more characters"


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda sign: sign[0].encode("unicode_escape").decode("ascii"), text)


def _below(text: str) -> str:
    return "\n".join(_INDENT + _escaped(line) for line in text.split("\n"))


def _ended(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """What ends a thread or a process, unless it was asked to end."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, fault, trace)
    elif not issubclass(kind, SystemExit):
        logging.getLogger("mailflow").critical("nobody caught this", exc_info=(kind, fault, trace))
