"""The sandbox's inbox as pages read it: letters newest first, and one letter whole. Nothing here writes."""

import email
import email.policy
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from pathlib import Path

_NAME = re.compile(r"(\d{17})-(\d{1,19})\.eml")
_HEADERS = BytesHeaderParser(policy=email.policy.compat32)
_MOST_HEADER_BYTES = 65_536
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Letter:
    """A line of the inbox. ``name`` is what ``letter`` takes; texts are decoded and safe to show once escaped."""

    name: str
    message_id: int
    to: str
    sender: str
    subject: str
    at: datetime
    size: int


@dataclass(frozen=True)
class FullLetter:
    """One mail, read. ``headers`` keep their order; ``text`` and ``html`` are empty when there is no such part."""

    name: str
    message_id: int
    subject: str
    to: str
    sender: str
    at: datetime
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    source: bytes


def letters(home: Path, *, limit: int = 50, search: str = "") -> list[Letter]:
    """The newest letters whose recipient, sender or subject contain ``search`` (in any case); odd files are left out."""
    wanted = search.strip().casefold()
    found: list[Letter] = []
    for name in _names(home):
        if len(found) >= limit:
            break
        line = _read_line(home / "inbox" / name, name)
        if line and (not wanted or any(wanted in part.casefold() for part in (line.to, line.sender, line.subject))):
            found.append(line)
    return found


def count(home: Path) -> int:
    """How many letters the inbox keeps."""
    return len(_names(home))


def letter(home: Path, name: str) -> FullLetter | None:
    """One letter, or None if there is none of that name; a name that is no letter's (such as a path) is none."""
    parsed = _NAME.fullmatch(name)
    if not parsed:
        return None
    try:
        with (home / "inbox" / name).open("rb") as file:
            source = file.read(_MOST_BYTES)
    except OSError:
        return None
    message = email.message_from_bytes(source, _class=EmailMessage, policy=email.policy.default)
    headers = tuple((key, _decoded(value)) for key, value in _HEADERS.parsebytes(source).items())
    first = {key.casefold(): value for key, value in reversed(headers)}
    return FullLetter(
        name=name,
        message_id=int(parsed[2]),
        subject=first.get("subject", ""),
        to=first.get("to", ""),
        sender=first.get("from", ""),
        at=_instant(parsed[1]),
        headers=headers,
        text=_part(message, "plain"),
        html=_part(message, "html"),
        source=source,
    )


def _names(home: Path) -> list[str]:
    """The names of all letters, newest first."""
    try:
        return sorted((name for name in os.listdir(home / "inbox") if _NAME.fullmatch(name)), reverse=True)  # noqa: PTH208
    except OSError:
        return []


def _read_line(path: Path, name: str) -> Letter | None:
    parsed = _NAME.fullmatch(name)
    try:
        with path.open("rb") as file:
            head, size = file.read(_MOST_HEADER_BYTES), os.fstat(file.fileno()).st_size
    except OSError:
        return None
    if not parsed:
        return None
    headers = _HEADERS.parsebytes(head, headersonly=True)
    to, sender, subject = (_field(headers, field) for field in ("To", "From", "Subject"))
    return Letter(name, int(parsed[2]), to, sender, subject, _instant(parsed[1]), size)


def _field(headers: Message, name: str) -> str:
    return _decoded(headers.get(name, ""))


def _decoded(value: object) -> str:
    """A header's words, RFC 2047 decoded and on one line; as they stand where they cannot be decoded."""
    text = str(value).replace("\r", "").replace("\n", "")
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):
        return text


def _part(message: EmailMessage, kind: str) -> str:
    """The first text part of a kind; empty if there is none or nobody can read it."""
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and part.get_content_disposition() != "attachment":
            payload = part.get_payload(decode=True)
            return payload.decode(_charset(part), "replace") if isinstance(payload, bytes) else ""
    return ""


def _charset(part: Message) -> str:
    charset = part.get_content_charset("utf-8")
    try:
        "".encode(charset)
    except LookupError:
        return "utf-8"
    return charset


def _instant(microseconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(microseconds) / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
