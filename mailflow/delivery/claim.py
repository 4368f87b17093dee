"""Taking messages into a worker's hands for a few seconds at a time, and taking them back from a dead one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.rules import after_interruption
from mailflow.outbox.words import IN_HAND, WAITING, Lane, MailingState, State

LEASE = timedelta(seconds=8)
"""How long a claim holds without being renewed."""
RENEW_EVERY = 2.0
"""Seconds between two renewals."""


def claim(session: Session, worker: str, *, now: datetime, limit: int) -> list[Message]:
    """The next due messages, lane by lane, now this worker's; a higher epoch tells this claim from all before it.

    Only paused mailings are passed over: what comes back to a cancelled one is claimed so that the gate can say so.
    """
    stopped = list(session.scalars(select(Mailing.id).where(Mailing.state == MailingState.PAUSED)))
    taken: list[Message] = []
    for lane in Lane:
        if len(taken) < limit:
            taken += _due(session, lane, stopped, now=now, limit=limit - len(taken))
    for message in taken:
        message.state, message.worker, message.lease_until = State.CLAIMED, worker, now + LEASE
        message.epoch += 1
    session.flush()
    return taken


def _due(session: Session, lane: Lane, stopped: Sequence[int], *, now: datetime, limit: int) -> list[Message]:
    waiting = select(Message).where(Message.lane == lane, Message.state.in_(WAITING), Message.due_at <= now)
    if stopped:
        waiting = waiting.where(Message.mailing_id.not_in(stopped))
    ordered = waiting.order_by(Message.due_at, Message.id).limit(limit)
    return list(session.scalars(ordered.with_for_update(skip_locked=True)))


def renew(session: Session, worker: str, *, now: datetime) -> None:
    """Hold on to everything this worker has in hand."""
    mine = update(Message).where(Message.worker == worker, Message.state.in_(IN_HAND))
    session.execute(mine.values(lease_until=now + LEASE).execution_options(synchronize_session=False))


def hand_back(session: Session, worker: str) -> None:
    """Put back what was claimed and not begun, at a clean stop."""
    mine = update(Message).where(Message.worker == worker, Message.state == State.CLAIMED)
    session.execute(mine.values(state=State.PENDING, worker=None, lease_until=None).execution_options(synchronize_session=False))


def settle_abandoned(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """Messages whose worker let its lease run out: begun ones become uncertain or, where the policy says so, wait again."""
    lost = session.execute(
        select(Message, Mailing.policy)
        .join(Mailing, Mailing.id == Message.mailing_id)
        .where(Message.worker.is_not(None), Message.state.in_(IN_HAND), Message.lease_until < now)
        .limit(limit)
    ).all()
    for message, policy in lost:
        message.state, message.reason = after_interruption(message.state, policy)
        message.worker, message.lease_until = None, None
    session.flush()
    return len(lost)
