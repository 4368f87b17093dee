"""Reads over the ledger of sending."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailflow.outbox.models import IS_IN_HAND, IS_WAITING, Mailing, Message
from mailflow.outbox.words import Lane


def is_finished(session: Session, mailing: Mailing) -> bool:
    """True when everybody has a row and no row is open: a question asked of the rows, never a counter."""
    if mailing.frozen_at is None:
        return False
    some = select(Message.id).limit(1)
    return session.scalar(some.where(waiting_of(mailing.id))) is None and session.scalar(some.where(in_hand_of(mailing))) is None


def waiting_of(mailing_id: int | InstrumentedAttribute[int | None] | None) -> ColumnElement[bool]:
    """Which messages of a mailing wait, for their first turn or put off; lanes are named so that the index of those who wait answers."""
    return (Message.mailing_id == mailing_id) & Message.lane.in_(tuple(Lane)) & IS_WAITING


def in_hand_of(mailing: Mailing) -> ColumnElement[bool]:
    """Which messages of a mailing are claimed or going; asked of the few in hand, not of the mailing's million."""
    return IS_IN_HAND & (Message.mailing_id + 0 == mailing.id)
