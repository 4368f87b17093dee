"""Settling what a dead worker had in hand: its journal says of nearly every message what became of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.delivery.claim import WHAT_SENDING_NEEDS, hand_back
from mailflow.delivery.journal import Found, Note
from mailflow.delivery.record import record
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.rules import after_interruption
from mailflow.outbox.words import Claimed, Reason, State

SLICE = 500
"""Messages settled in one transaction."""


def settle_dead(session: Session, found: Found, *, ring: Ring, now: datetime) -> bool:
    """Settle the next of a dead worker's messages by its notes; True when none is left.

    A noted reply is recorded as it was; what had begun with no reply noted is in doubt; what was never begun surely did not leave,
    unless notes may be missing. Safe to repeat.
    """
    in_hand = select(*WHAT_SENDING_NEEDS).where(Message.worker == found.worker, Message.state == State.SENDING)
    rows = [Claimed(*row) for row in session.execute(in_hand.order_by(Message.id).limit(SLICE))]
    replies = {row.id: _reply(row, found.notes, complete=found.complete) for row in rows}
    doubtful = [row.id for row in rows if replies[row.id].verdict == Verdict.UNCERTAIN]
    _doubt(session, doubtful)
    certain = [(row, replies[row.id]) for row in rows if row.id not in set(doubtful)]
    record(session, certain, found.worker, ring=ring, now=now)
    if len(rows) < SLICE:
        hand_back(session, found.worker)
    return len(rows) < SLICE


def _reply(row: Claimed, notes: Mapping[int, Note], *, complete: bool) -> Reply:
    note = notes.get(row.id)
    if note is None or note.epoch != row.epoch:
        return Reply(Verdict.NOT_TRIED if complete else Verdict.UNCERTAIN)
    if note.verdict is None:
        return Reply(Verdict.UNCERTAIN)
    if note.verdict == Verdict.SENT:
        return Reply(Verdict.SENT)
    return Reply(note.verdict, Reason.UNKNOWN, text="the sender stopped before it could write down the reply")


def _doubt(session: Session, ids: list[int]) -> None:
    """By policy: in doubt until a person decides, or once more at once."""
    known = select(Message, Mailing.policy).join(Mailing, Mailing.id == Message.mailing_id).where(Message.id.in_(ids))
    for message, policy in session.execute(known):
        doubted_before = message.reason == Reason.INTERRUPTED
        message.state, message.reason = after_interruption(message.state, policy, doubted_before=doubted_before)
        message.worker, message.lease_until = None, None
    session.flush()
