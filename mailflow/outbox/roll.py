"""Who got a mailing, who did not and why, a page at a time: each question asked of the index that answers it in order."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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

    name: str
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
    begin = _read(after, walk) if after else None
    rows, end = _sought(session, walk, rest, begin, limit + 1) if rest else (_in_order(session, walk, begin, limit + 1), None)
    if len(rows) > limit:
        rows = rows[:limit]
        end = tuple(getattr(rows[-1], key.key) for key in walk.keys)
    return Page(rows, _written(end, walk) if end else None)


def _walk(mailing: Mailing, states: frozenset[str], reason: str | None) -> _Walk:
    mine, here, why = Message.mailing_id == mailing.id, Message.state.in_(states), Message.reason == reason
    if reason and not states:
        return _Walk("reason", mine & IS_TROUBLE & why, (Message.state, Message.id))
    if len(states) == 1 and states <= set(TROUBLE):
        of_state = mine & IS_TROUBLE & (Message.state == next(iter(states)))
        return _Walk("why", of_state & why, (Message.id,)) if reason else _Walk("trouble", of_state, (Message.reason, Message.id))
    rest = (*((here,) if states else ()), *((why,) if reason else ()))
    if states and states <= set(WAITING):
        waiting = mine & (Message.lane == mailing.lane) & IS_WAITING
        return _Walk("waiting", waiting, (Message.due_at, Message.id), () if states == set(WAITING) and not reason else rest)
    if states and states <= set(IN_HAND):
        return _Walk("hand", in_hand_of(mailing) & and_(*rest), (Message.id,))
    return _Walk("people", mine, (Message.person_key, Message.occasion), rest)


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
    """What lies after a place, in two steps: a database answers these from the index, unlike one question about pairs."""
    if begin is None:
        return [()]
    if len(keys) == 1:
        return [(keys[0] > begin[0],)]
    return [(keys[0] == begin[0], keys[1] > begin[1]), (keys[0] > begin[0],)]


def _written(place: _Place, walk: _Walk) -> str:
    values = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    return base64.urlsafe_b64encode(json.dumps([walk.name, *values]).encode()).decode().rstrip("=")


def _read(cursor: str, walk: _Walk) -> _Place:
    """The place that a cursor of the same kind of question stands for; ValueError for anything else."""
    told = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    if not isinstance(told, list) or told[:1] != [walk.name] or len(told) != len(walk.keys) + 1:
        raise ValueError("a cursor of another question")
    return tuple(_value(key, value) for key, value in zip(walk.keys, told[1:], strict=True))


def _value(key: _Column, value: object) -> int | str | datetime:
    if isinstance(key.type, Instant):
        instant = datetime.fromisoformat(str(value))
        if instant.tzinfo is not None:
            return instant
    elif type(value) is key.type.python_type and _is_keepable(value):
        return value  # type: ignore[return-value]  # its type is the key's
    raise ValueError("a cursor of another question")


def _is_keepable(value: object) -> bool:
    """Whether a database can hold it: words are ASCII, numbers have 64 bits."""
    return value.isascii() if isinstance(value, str) else isinstance(value, int) and abs(value) < _TOO_LARGE
