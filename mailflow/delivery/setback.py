"""Messages whose hour lies ahead only because the clock was set back: they go on waiting no longer than they would have."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from mailflow.outbox.models import IS_WAITING, Message
from mailflow.outbox.queries import mailings_waiting
from mailflow.outbox.rules import LONGEST_PAUSE
from mailflow.outbox.words import State

SLICE = 2000
"""Messages moved in one transaction: some 20 ms on SQLite."""
_NEAR = timedelta(seconds=1)
"""Clocks of several computers differ by so much."""


def ahead(session: Session, *, now: datetime) -> list[tuple[int, int]]:
    """Lane and mailing wherever a message waits for an hour that it cannot have been given by a clock that shows ``now``."""
    places = session.execute(mailings_waiting()).all()
    one = select(Message.id).limit(1)
    return [(lane, mailing) for lane, mailing in places if session.scalar(one.where(_is_ahead(lane, mailing, now))) is not None]


def bring_forward(session: Session, lane: int, mailing_id: int, *, now: datetime) -> int:
    """Let the next of a mailing's go now; how many. What goes passes the gate as ever, which knows of any later hour."""
    # From the far end of the index: near it stand those who were tried, and wait rightly.
    wanted = select(Message.id).where(_is_ahead(lane, mailing_id, now)).order_by(Message.due_at.desc()).limit(SLICE)
    ids = session.scalars(wanted).all()
    moved = update(Message).where(Message.id.in_(ids), IS_WAITING).values(due_at=now)
    session.execute(moved.execution_options(synchronize_session=False))
    return len(ids)


def _is_ahead(lane: int, mailing_id: int, now: datetime) -> ColumnElement[bool]:
    """For its first turn nobody waits, and nobody who was tried waits longer than the longest pause."""
    waits = or_(
        and_(Message.state == State.PENDING, Message.due_at > now + _NEAR),
        and_(Message.state == State.DEFERRED, Message.due_at > now + LONGEST_PAUSE),
    )
    # Said once more without the states, so that the index of those who wait answers, in the order of their hours.
    return and_(Message.lane == lane, Message.mailing_id == mailing_id, IS_WAITING, Message.due_at > now + _NEAR, waits)
