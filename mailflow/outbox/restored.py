"""Messages of sequences in a database that came back from a copy: what was due by now may have gone, so that it is in doubt."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from mailflow.outbox.models import IS_IN_HAND, IS_WAITING, Message
from mailflow.outbox.words import Lane, Reason, State

SLICE = 500
"""Messages moved in one transaction: some 30 ms on SQLite."""


def maybe_gone(session: Session, *, now: datetime) -> int:
    """How many of sequences' messages may have gone out since the copy was made."""
    return sum(session.scalar(select(func.count(Message.id)).where(each)) or 0 for each in _kinds(now))


def doubt_some(session: Session, *, now: datetime) -> int:
    """Put the next slice of them in doubt; how many."""
    ids = [one for each in _kinds(now) for one in session.scalars(select(Message.id).where(each).limit(SLICE))]
    doubtful = {"state": State.UNCERTAIN, "reason": Reason.RESTORED, "worker": None, "lease_until": None}
    session.execute(update(Message).where(Message.id.in_(ids)).values(doubtful).execution_options(synchronize_session=False))
    return len(ids)


def _kinds(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Those that wait and those in a worker's hands, each by its own index."""
    return (Message.lane == Lane.SEQUENCE) & IS_WAITING & (Message.due_at <= now), (Message.lane + 0 == Lane.SEQUENCE) & IS_IN_HAND
