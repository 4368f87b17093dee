"""Who got a mailing, who did not and why, a page at a time: each question asked of the index that answers it in order."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailflow.foundation.database import Instant
from mailflow.outbox.models import IS_TROUBLE, IS_WAITING, Mailing, Message
from mailflow.outbox.queries import in_hand_of
from mailflow.outbox.words import IN_HAND, TROUBLE, WAITING

WINDOW = 50_000
"""Rows looked at for one page where no index knows who belongs there: some 50 ms."""
_TOO_LARGE = 2**63
_LONGEST_CURSOR = 300
_Column = InstrumentedAttribute[Any]
_Place = tuple[Any, ...]
"""A value for each key."""


@dataclass(frozen=True)
class Page:
    """Some messages in order, and the cursor to go on from; None at the end. Where a page was sought for among very many it may
    hold few or none, and go on all the same."""

    rows: list[Message]
    next: str | None


@dataclass(frozen=True)
class _Walk:
    """Rows of an index, in its order: ``keys`` tell one from the next, ``rest`` is not known to the index."""

    among: ColumnElement[bool]
    keys: tuple[_Column, ...]
    rest: tuple[ColumnElement[bool], ...] = ()


def roll(
    session: Session,
    mailing: Mailing,
    *,
    states: Sequence[str] = (),
    reason: str | None = None,
    text: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """The next messages of a mailing in some states, with a reason, with a piece of the address; a reason alone asks for those put
    off, failed, left out or in doubt. ``after`` is a cursor of the same question; ValueError for any other."""
    walk = _walk(mailing, frozenset(states), reason)
    rest = (*walk.rest, Message.address.icontains(text, autoescape=True)) if text else walk.rest
    mark = _mark(mailing, states, reason, text)
    begin = None if after is None else _read(after, walk, mark)
    rows, end = _sought(session, walk, rest, begin, limit + 1) if rest else (_in_order(session, walk, begin, limit + 1), None)
    if len(rows) > limit:
        rows = rows[:limit]
        end = tuple(getattr(rows[-1], key.key) for key in walk.keys)
    return Page(rows, _written(end, mark) if end else None)


def _walk(mailing: Mailing, states: frozenset[str], reason: str | None) -> _Walk:
    mine, here, why = Message.mailing_id == mailing.id, Message.state.in_(states), Message.reason == reason
    if reason and not states:
        return _Walk(mine & IS_TROUBLE & why, (Message.state, Message.id))
    if len(states) == 1 and states <= set(TROUBLE):
        of_state = mine & IS_TROUBLE & (Message.state == next(iter(states)))
        return _Walk(of_state & why, (Message.id,)) if reason else _Walk(of_state, (Message.reason, Message.id))
    rest = (*((here,) if states else ()), *((why,) if reason else ()))
    if states and states <= set(WAITING):
        waiting = mine & (Message.lane == mailing.lane) & IS_WAITING
        return _Walk(waiting, (Message.due_at, Message.id), () if states == set(WAITING) and not reason else rest)
    if states and states <= set(IN_HAND):
        return _Walk(in_hand_of(mailing) & and_(*rest), (Message.id,))
    return _Walk(mine, (Message.person_key, Message.occasion), rest)


def _in_order(session: Session, walk: _Walk, begin: _Place | None, most: int) -> list[Message]:
    """Rows after a place."""
    found: list[Message] = []
    for beyond in _beyond(walk.keys, begin):
        if len(found) < most:
            wanted = select(Message).where(walk.among, *beyond).order_by(*walk.keys).limit(most - len(found))
            found += session.scalars(wanted)
    return found


def _sought(
    session: Session, walk: _Walk, rest: Sequence[ColumnElement[bool]], begin: _Place | None, most: int
) -> tuple[list[Message], _Place | None]:
    """Those that meet ``rest`` among the next rows of the walk; and where the search ended, if there are more rows."""
    found: list[Message] = []
    for beyond in _beyond(walk.keys, begin):
        window = select(Message.id).where(walk.among, *beyond).order_by(*walk.keys)
        looked_at = window.limit(WINDOW).subquery()
        those = select(Message).join(looked_at, looked_at.c.id == Message.id).where(*rest).order_by(*walk.keys)
        found += session.scalars(those.limit(most - len(found)))
        last = session.execute(window.with_only_columns(*walk.keys).offset(WINDOW - 1).limit(1)).first()
        if last or len(found) >= most:
            return found, tuple(last) if last else None
    return found, None


def _beyond(keys: tuple[_Column, ...], begin: _Place | None) -> list[tuple[ColumnElement[bool], ...]]:
    """What lies after a place, in steps: a database answers these from the index, unlike one question about pairs. What has no first
    key comes before the others, on every database."""
    first, *others = keys
    unknown, known = (first.is_(None),), (first >= "",)
    if begin is None:
        return [unknown, known] if first.nullable else [()]
    if not others:
        return [(first > begin[0],)]
    if begin[0] is None:
        return [(*unknown, others[0] > begin[1]), known]
    return [(first == begin[0], others[0] > begin[1]), (first > begin[0],)]


def _mark(mailing: Mailing, states: Sequence[str], reason: str | None, text: str) -> str:
    """Tells one question from another."""
    question = json.dumps([mailing.id, sorted(set(states)), reason, text])
    return hashlib.sha256(question.encode()).hexdigest()[:12]


def _written(place: _Place, mark: str) -> str:
    values = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    return base64.urlsafe_b64encode(json.dumps([mark, *values]).encode()).decode().rstrip("=")


def _read(cursor: str, walk: _Walk, mark: str) -> _Place:
    """The place that a cursor of the same question stands for; ValueError for anything else."""
    if len(cursor) > _LONGEST_CURSOR:
        raise ValueError("a cursor is shorter")
    told = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    if not isinstance(told, list) or told[:1] != [mark] or len(told) != len(walk.keys) + 1:
        raise ValueError("a cursor of another question")
    return tuple(_value(key, value) for key, value in zip(walk.keys, told[1:], strict=True))


def _value(key: _Column, value: object) -> int | str | datetime | None:
    if isinstance(key.type, Instant):
        return _instant(str(value))
    if (value is None and key.nullable) or (type(value) is key.type.python_type and _is_keepable(value)):
        return value  # type: ignore[return-value]  # its type is the key's
    raise ValueError("no value of its key")


def _instant(text: str) -> datetime:
    """In UTC, where that has such a year."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without its offset")
    try:
        return instant.astimezone(UTC)
    except OverflowError as fault:
        raise ValueError("an instant before all years") from fault


def _is_keepable(value: object) -> bool:
    """Whether a database can hold it: words are ASCII that can be seen, numbers have 64 bits."""
    return value.isascii() and value.isprintable() if isinstance(value, str) else isinstance(value, int) and abs(value) < _TOO_LARGE
