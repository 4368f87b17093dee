"""Reads over the ledger of sending."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import OPEN_STATES


def counts(session: Session, mailing_id: int) -> dict[tuple[str, str | None], int]:
    """How many messages of a mailing are in each state, by reason."""
    rows = session.execute(
        select(Message.state, Message.reason, func.count()).where(Message.mailing_id == mailing_id).group_by(Message.state, Message.reason)
    )
    return {(state, reason): number for state, reason, number in rows}


def is_finished(session: Session, mailing: Mailing) -> bool:
    """True when everybody has a row and no row is open: a question asked of the rows, never a counter."""
    if mailing.frozen_at is None:
        return False
    still_open = select(Message.id).where(Message.mailing_id == mailing.id, Message.state.in_(OPEN_STATES)).limit(1)
    return session.scalar(still_open) is None


def messages(
    session: Session,
    mailing_id: int,
    *,
    states: Sequence[str] = (),
    reason: str | None = None,
    text: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[Message]:
    """Messages of a mailing, narrowed by state, reason and a piece of the address."""
    wanted = select(Message).where(Message.mailing_id == mailing_id)
    if states:
        wanted = wanted.where(Message.state.in_(states))
    if reason:
        wanted = wanted.where(Message.reason == reason)
    if text:
        wanted = wanted.where(Message.address.icontains(text, autoescape=True))
    return list(session.scalars(wanted.order_by(Message.id).offset(offset).limit(limit)))
