"""Reads over the ledger of sending."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, CompoundSelect, Select, cast, func, literal_column, select, union_all
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


def mailings_waiting(due_by: ColumnElement[datetime] | datetime | None = None) -> Select[int, int]:
    """Lane and mailing wherever a message waits, or is due by a moment.

    Hops from mailing to mailing in the index: as many steps as there are mailings, however many people wait.
    """
    lanes: CompoundSelect[Any] = union_all(
        *(select(literal_column(str(int(lane))).label("lane"), cast(literal_column("0"), BigInteger).label("mailing_id")) for lane in Lane)
    )
    hop = select(lanes.subquery("lanes")).cte("hop", recursive=True)
    after = select(func.min(Message.mailing_id)).where(Message.lane == hop.c.lane, IS_WAITING, Message.mailing_id > hop.c.mailing_id)
    hop = hop.union_all(select(hop.c.lane, after.correlate(hop).scalar_subquery()).where(hop.c.mailing_id.is_not(None)))
    found = select(hop.c.lane, hop.c.mailing_id).where(hop.c.mailing_id > 0)
    if due_by is None:
        return found
    # The earliest one is at the front of the index; of EXISTS, PostgreSQL makes a join and reads everybody who waits.
    earliest = select(func.min(Message.due_at)).where(Message.lane == hop.c.lane, Message.mailing_id == hop.c.mailing_id, IS_WAITING)
    return found.where(earliest.correlate(hop).scalar_subquery() <= due_by)


def in_hand_of(mailing: Mailing) -> ColumnElement[bool]:
    """Which messages of a mailing are claimed or going; asked of the few in hand, not of the mailing's million."""
    return IS_IN_HAND & (Message.mailing_id + 0 == mailing.id)
