"""Files of people who want no advertising, as such lists come: addresses, or SHA-256 or MD5 of them, one a line (Lista Robinson)."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from sqlalchemy.orm import Session

from mailflow.audience.models import Suppression, SuppressionLine
from mailflow.audience.suppression import Mark, mark_of
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.ring import Ring
from mailflow.foundation.upsert import insert_new

SLICE = 1000
"""Rows of one transaction."""
_LONGEST_LINE = 4096
_APART = re.compile(r"[;,\t|]")


class Slice(NamedTuple):
    """Some marks of a file, and how many lines held none."""

    marks: list[Mark]
    unread: int


class Terms(NamedTuple):
    """Of what the people of a file get nothing, why, who brought it, and what it is called."""

    scope: str
    reason: SuppressionReason
    by: str
    note: str


def slices(file: BinaryIO, *, ring: Ring) -> Iterator[Slice]:
    """A file's marks, some at a time, however long it is; a first line without any names the columns."""
    marks: list[Mark] = []
    unread, first = 0, True
    while line := file.readline(_LONGEST_LINE):
        mark = _mark(line, ring)
        if mark:
            marks.append(mark)
        elif line.strip() and not first:
            unread += 1
        first = False
        if len(marks) + unread >= SLICE:
            yield Slice(marks, unread)
            marks, unread = [], 0
    if marks or unread:
        yield Slice(marks, unread)


def bring_in(session: Session, some: Slice, terms: Terms, *, now: datetime) -> int:
    """Keep the marks of a slice; how many are new."""
    common = {"scope": terms.scope, "reason": terms.reason, "at": now, "by": terms.by, "note": terms.note, "asked_until": None}
    return insert_new(session, Suppression, [{"address_hash": mark.text, "form": mark.form, **common} for mark in some.marks])


def tell(session: Session, terms: Terms, added: int, *, now: datetime) -> None:
    """One line for the whole file: each row says by itself when and by whom it came."""
    facts = {"address_hash": "", "scope": terms.scope, "event": "added", "reason": terms.reason, "by": terms.by}
    session.add(SuppressionLine(at=now, note=f"{terms.note}: {added}", **facts))


def _mark(line: bytes, ring: Ring) -> Mark | None:
    try:
        text = line.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        text = line.decode("cp1252", "replace")
    return next(_marks(_APART.split(text), ring), None)


def _marks(cells: Iterable[str], ring: Ring) -> Iterator[Mark]:
    """A cell with a bare domain might be anything: in files it must begin with @."""
    for cell in cells:
        plain = cell.strip().strip("\"'").strip()
        mark = mark_of(plain, ring=ring) if plain else None
        if mark and (mark.form != "domain" or plain.startswith("@")):
            yield mark
