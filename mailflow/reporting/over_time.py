"""How opens and clicks came in during the first two days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailflow.foundation.seconds import seconds_of
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import State
from mailflow.reporting.words import Hour
from mailflow.tracking.models import Hit
from mailflow.tracking.words import HitKind

HOURS = 48
_HOUR = 3600


def hits_by_hour(session: Session, mailing_id: int, *, now: datetime) -> list[Hour]:
    """Cumulative people's opens and clicks and machines' opens, from 0 at the first mail's sending to 48 hours later, or to the
    hour that now runs.

    Counted as the report counts: each person's first; of people who agreed to totals only, every hit.
    """
    start = _start(session, mailing_id)
    opens = _firsts(session, mailing_id, Message.opened_at, start) + _anonymous(session, mailing_id, HitKind.OPEN, start)
    clicks = _firsts(session, mailing_id, Message.clicked_at, start) + _anonymous(session, mailing_id, HitKind.CLICK, start)
    machine = _firsts(session, mailing_id, Message.machine_opened_at, start, delivered=False)
    machine += _anonymous(session, mailing_id, HitKind.OPEN, start, machine=True)
    last = min(HOURS, int((now - start).total_seconds()) // _HOUR + 1)
    return [Hour(hour, _until(opens, hour), _until(clicks, hour), _until(machine, hour)) for hour in range(max(last, 1) + 1)]


def _start(session: Session, mailing_id: int) -> datetime:
    first = session.scalar(select(func.min(Message.sent_at)).where(Message.mailing_id == mailing_id))
    return first or session.get_one(Mailing, mailing_id).due_at


def _until(hours: Counter[int], hour: int) -> int:
    """How many came before this hour was over; hour 0 is the moment of sending."""
    return sum(count for began, count in hours.items() if began < hour)


def _hour_of(column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], start: datetime) -> ColumnElement[int]:
    return (seconds_of(column) - int(start.timestamp())) // _HOUR


def _firsts(
    session: Session, mailing_id: int, column: InstrumentedAttribute[datetime | None], start: datetime, *, delivered: bool = True
) -> Counter[int]:
    hour = _hour_of(column, start)
    rows = select(hour, func.count(Message.id)).where(Message.mailing_id == mailing_id, column.is_not(None))
    if delivered:
        rows = rows.where(Message.state == State.SENT, Message.bounced_at.is_(None))
    return _counted(session.execute(rows.group_by(hour)))


def _anonymous(session: Session, mailing_id: int, kind: HitKind, start: datetime, *, machine: bool = False) -> Counter[int]:
    hour = _hour_of(Hit.at, start)
    rows = select(hour, func.count(Hit.id)).where(Hit.mailing_id == mailing_id, Hit.kind == kind, Hit.message_id.is_(None))
    return _counted(session.execute(rows.where(Hit.machine.is_(machine)).group_by(hour)))


def _counted(rows: Iterable[Sequence[int]]) -> Counter[int]:
    return Counter({hour: count for hour, count in rows})  # noqa: C416  # the pairs are rows, which mypy does not take for tuples
