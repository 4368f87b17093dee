"""Keeps the sums of what people did as the ledger goes on: whoever has new lines is counted again, in batches, behind everybody's back.

Counting a person again, instead of adding to what was there, makes it right whatever order lines come in, however often they are
read, and also when earlier ones were judged anew; what is read is one person's few lines, by an index.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.models import Activity, Cursor
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.foundation.among import among
from mailflow.foundation.upsert import own_insert
from mailflow.segments.models import Engagement
from mailflow.segments.summing import sums

READER = "engagement"
KINDS = (Kind.SENT, Kind.OPENED, Kind.CLICKED, Kind.ORDERED, Kind.CORRECTED)
LINES = 500
"""Read at once: writing down what they changed takes SQLite some milliseconds."""


@dataclass(frozen=True)
class Batch:
    """People counted again, for lines ``after`` one number ``upto`` another."""

    after: int
    upto: int
    people: frozenset[int]
    rows: list[dict[str, Any]]


def look(session: Session) -> Batch | None:
    """Count those again whom the next lines are about; nothing is written. None when there are no lines."""
    after = ledger.read_upto(session, READER)
    people, upto = ledger.unread_people(session, READER, KINDS, limit=LINES)
    return Batch(after, upto, frozenset(people), _rows(session, people)) if upto else None


def keep(session: Session, batch: Batch) -> bool:
    """Write a batch down; False, and nothing is written, when somebody else read on meanwhile."""
    seen = session.scalar(select(Cursor.last_id).where(Cursor.reader == READER).with_for_update()) or 0
    if seen != batch.after:
        return False
    _write(session, batch.people, batch.rows)
    ledger.mark_read(session, READER, batch.upto)
    return True


def recount(session: Session, people: Collection[int]) -> None:
    """Count these people again at once."""
    session.flush()
    _write(session, people, _rows(session, people))


def read_lot(session: Session) -> bool:
    """Look and keep in one transaction; whether there were lines."""
    batch = look(session)
    return bool(batch and keep(session, batch))


def catch_up(session: Session) -> None:
    """Read all that is there in this one transaction: for what is small."""
    session.flush()
    while read_lot(session):
        pass


def behind(session: Session) -> bool:
    """Whether there are lines that the sums do not know yet."""
    return bool(ledger.unread_people(session, READER, KINDS, limit=1)[1])


def count_anew(session: Session, after: int, *, slice_size: int = 500) -> int | None:
    """Count the next people again, whatever is written of them: the number of the last one, None when all were.

    Called from 0 on it mends every row; lines that come meanwhile are read as ever.
    """
    people = list(session.scalars(select(Subscriber.id).where(Subscriber.id > after).order_by(Subscriber.id).limit(slice_size)))
    recount(session, people)
    return people[-1] if people else None


def _rows(session: Session, people: Collection[int]) -> list[dict[str, Any]]:
    if not people:
        return []
    return [dict(row) for row in session.execute(sums(among(Activity.subscriber_id, people))).mappings()]


def _write(session: Session, people: Collection[int], rows: list[dict[str, Any]]) -> None:
    """Who was taken away meanwhile is left out; who has no lines any more loses her row."""
    counted = {row["subscriber_id"] for row in rows}
    if gone := set(people) - counted:
        session.execute(delete(Engagement).where(among(Engagement.subscriber_id, gone)).execution_options(synchronize_session=False))
    there = set(session.scalars(select(Subscriber.id).where(among(Subscriber.id, counted)))) if counted else set()
    if rows := [row for row in rows if row["subscriber_id"] in there]:
        insert = own_insert(session)(Engagement.__table__)
        changed = {name: insert.excluded[name] for name in rows[0] if name != "subscriber_id"}
        session.connection().execute(insert.on_conflict_do_update(index_elements=["subscriber_id"], set_=changed), rows)
