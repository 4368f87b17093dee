"""Settling what a dead worker had in hand: its journal says of nearly every message what became of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from mailflow.delivery.claim import WHAT_SENDING_NEEDS, hand_back, interrupt, unheard_of
from mailflow.delivery.journal import Found, Note
from mailflow.delivery.record import record
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import IS_TROUBLE, Mailing, Message
from mailflow.outbox.words import Claimed, Reason, State

NO_REPLY = "the sender stopped before it had a reply"
SLICE = 500
"""Messages settled in one transaction."""


def settle_dead(session: Session, found: Found, *, ring: Ring, now: datetime) -> bool:
    """Settle the next of a dead worker's messages by its notes; True when none is left.

    A noted reply is recorded as it was; what had begun with no reply noted is in doubt; what was never begun surely did not leave,
    unless notes may be missing. The same holds for those that another computer, which cannot read these notes, has doubted
    meanwhile. Safe to repeat.
    """
    rows = _claimed(session, Message.worker == found.worker, Message.state == State.SENDING)
    doubted = _claimed(session, IS_TROUBLE, Message.state == State.UNCERTAIN, Message.reply == unheard_of(found.worker))
    replies = {row.id: _reply(row, found.notes, complete=found.complete) for row in (*rows, *doubted)}
    uncertain = {number for number, reply in replies.items() if reply.verdict == Verdict.UNCERTAIN}
    _doubt(session, [row.id for row in rows if row.id in uncertain])
    _tell_no_more(session, [row.id for row in doubted if row.id in uncertain])
    certain = [(row, replies[row.id]) for row in (*rows, *doubted) if row.id not in uncertain]
    record(session, certain, found.worker, ring=ring, now=now)
    done = len(rows) < SLICE and len(doubted) < SLICE
    if done:
        hand_back(session, found.worker)
    return done


def _claimed(session: Session, *which: ColumnElement[bool]) -> list[Claimed]:
    found = session.execute(select(*WHAT_SENDING_NEEDS).where(*which).order_by(Message.id).limit(SLICE))
    return [Claimed(*row) for row in found]


def _reply(row: Claimed, notes: Mapping[int, Note], *, complete: bool) -> Reply:
    note = notes.get(row.id)
    if note is None or note.epoch != row.epoch:
        return Reply(Verdict.NOT_TRIED if complete else Verdict.UNCERTAIN)
    if note.verdict is None:
        return Reply(Verdict.UNCERTAIN)
    if note.verdict == Verdict.SENT:
        return Reply(Verdict.SENT)
    return Reply(note.verdict, Reason.UNKNOWN, text="the sender stopped before it could write down the reply")


def _tell_no_more(session: Session, ids: list[int]) -> None:
    """Their doubt stays, and the journal was asked."""
    asked = update(Message).where(Message.id.in_(ids)).values(reply=NO_REPLY)
    session.execute(asked.execution_options(synchronize_session=False))


def _doubt(session: Session, ids: list[int]) -> None:
    """By policy: in doubt until a person decides, or once more at once."""
    known = select(Message, Mailing.policy).join(Mailing, Mailing.id == Message.mailing_id).where(Message.id.in_(ids))
    for message, policy in session.execute(known):
        interrupt(message, policy)
    session.flush()
