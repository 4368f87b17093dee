"""Writing lines and reading on from where one stopped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, false, insert, literal, select, text
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity, Cursor
from mailflow.activity.words import Kind
from mailflow.foundation.upsert import insert_all, insert_many

_SETTLED = text("""(
    age(activity.xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::text::xid)
    OR activity.xmin::text = (pg_current_xact_id_if_assigned()::text::bigint % 4294967296)::text
)""")
"""Written by a transaction before all that are under way, or by this one: numbers are given out before the commit, and a reader that
had gone past a number would never see what is committed under it later."""


def note(session: Session, kind: Kind, subscriber_id: int, *, now: datetime, **facts: Any) -> Activity:
    """Write one line; ``facts`` are the other columns of :class:`Activity`."""
    line = Activity(at=now, kind=kind, subscriber_id=subscriber_id, **facts)
    session.add(line)
    session.flush()
    return line


def note_many(session: Session, lines: Sequence[dict[str, Any]]) -> None:
    """Write many lines in one statement; each a dict of :class:`Activity`'s columns, all with the same keys."""
    insert_all(session, Activity, [{"machine": False, "detail": {}, "amount": None, **line} for line in lines])


def note_same(session: Session, subscriber_ids: Sequence[int], *, now: datetime, **facts: Any) -> None:
    """Write a line for each of these people that says the same of all, in one statement."""
    insert_many(session, Activity, ("subscriber_id",), [[person] for person in subscriber_ids], at=now, **facts)


def lines_from(lines: Select[Any]) -> Insert:
    """The statement that writes the lines which a select gives; its columns bear the names of :class:`Activity`'s."""
    told = lines.add_columns(false().label("machine"), literal({}, Activity.detail.type).label("detail"))
    return insert(Activity.__table__).from_select([column.name for column in told.selected_columns], told)  # type: ignore[arg-type]


def unread(session: Session, reader: str, kinds: Sequence[Kind], *, limit: int = 500) -> list[Activity]:
    """The next lines of these kinds that ``reader`` has not seen, oldest first; none while an earlier one may still appear."""
    return list(session.scalars(_next(session, select(Activity), read_upto(session, reader), kinds).limit(limit)))


def read_upto(session: Session, reader: str) -> int:
    """The number of the last line that ``reader`` has seen; 0 when none."""
    return session.scalar(select(Cursor.last_id).where(Cursor.reader == reader)) or 0


def unread_people(session: Session, reader: str, kinds: Sequence[Kind], *, limit: int) -> tuple[set[int], int]:
    """Whom the next lines of these kinds are about, and the number of the last of them; 0 when there are none."""
    wanted = _next(session, select(Activity.id, Activity.subscriber_id), read_upto(session, reader), kinds).limit(limit)
    lines = session.execute(wanted).all()
    return {line.subscriber_id for line in lines}, lines[-1].id if lines else 0


def _next(session: Session, what: Any, after: int, kinds: Sequence[Kind]) -> Any:
    lines = what.where(Activity.id > after, Activity.kind.in_(kinds)).order_by(Activity.id)
    return lines.where(_SETTLED) if session.get_bind().dialect.name == "postgresql" else lines


def mark_read(session: Session, reader: str, last_id: int) -> None:
    """Remember that ``reader`` has seen everything up to and with ``last_id``; in the same transaction as what it did about it."""
    cursor = session.get(Cursor, reader)
    if cursor is None:
        session.add(Cursor(reader=reader, last_id=last_id))
    else:
        cursor.last_id = max(cursor.last_id, last_id)
    session.flush()
