"""Trying put-off people again at once, when somebody knows that the reason has passed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.outbox.models import Message
from mailflow.outbox.queries import waiting_of
from mailflow.outbox.words import State

SLICE = 500
"""Messages moved in one transaction: some 10 ms on SQLite, so that pages and the sender have their turn in between."""


def hurry_some(session: Session, mailing_id: int, reason: str, *, now: datetime, domains: Collection[str] = ()) -> int:
    """Let the next slice of a mailing's people who were put off for ``reason`` be tried now; how many, 0 when nobody is left.

    Only those at some recipient ``domains``, where any are named. Tries count as ever, and the 72 hours go on from when each was first
    put off.
    """
    later = waiting_of(mailing_id) & (Message.due_at > now)
    theirs = select(Message.id).where(later, Message.state == State.DEFERRED, Message.reason == reason).limit(SLICE)
    if domains:
        theirs = theirs.where(Message.provider.in_(domains))
    ids = list(session.scalars(theirs.with_for_update(skip_locked=True)))
    if ids:
        session.execute(update(Message).where(Message.id.in_(ids)).values(due_at=now).execution_options(synchronize_session=False))
    return len(ids)
