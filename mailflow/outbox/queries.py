"""Reads over the ledger of sending."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mailflow.outbox.models import IS_IN_HAND, IS_WAITING, Mailing, Message
from mailflow.outbox.words import Lane


def is_finished(session: Session, mailing: Mailing) -> bool:
    """True when everybody has a row and no row is open: a question asked of the rows, never a counter."""
    if mailing.frozen_at is None:
        return False
    some = select(Message.id).limit(1)
    waits = some.where(Message.mailing_id == mailing.id, Message.lane.in_(tuple(Lane)), IS_WAITING)
    return session.scalar(waits) is None and session.scalar(some.where(in_hand_of(mailing))) is None


def in_hand_of(mailing: Mailing) -> ColumnElement[bool]:
    """Which messages of a mailing are claimed or going; asked of the few in hand, not of the mailing's million."""
    return IS_IN_HAND & (Message.mailing_id + 0 == mailing.id)
