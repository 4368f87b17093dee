"""What a person decides about messages that ended badly: those of which nobody knows, and failures worth another try."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_many
from mailflow.activity.words import Kind
from mailflow.outbox.models import IS_TROUBLE, Message
from mailflow.outbox.words import Reason, State

HOPELESS = (Reason.HARD_ADDRESS, Reason.RENDERING)
"""Failures that another try cannot mend: no such address, and a text that cannot be written for this person."""
SLICE = 500
"""Messages moved in one transaction: some 30 ms on SQLite, so that pages and the sender have their turn in between."""


class Decision(StrEnum):
    """What a person may decide about messages that ended badly."""

    AS_SENT = "as-sent"
    """Those in doubt arrived."""
    AGAIN = "again"
    """Those in doubt go once more; whoever had it gets it twice."""
    RETRY = "retry"
    """Those that failed, for a reason that may have passed, go once more."""


def concerned(session: Session, mailing_ids: Sequence[int], decision: Decision) -> int:
    """How many messages of these mailings a decision would move now."""
    return session.scalar(select(func.count(Message.id)).where(*_wanted(mailing_ids, decision))) or 0


def move_some(session: Session, mailing_ids: Sequence[int], decision: Decision, *, now: datetime) -> int:
    """Move the next slice of them; how many. What goes again is looked at by the gate as ever."""
    wanted = select(Message.id).where(*_wanted(mailing_ids, decision)).order_by(Message.id).limit(SLICE)
    ids = list(session.scalars(wanted.with_for_update()))
    if ids and decision == Decision.AS_SENT:
        _take_as_sent(session, ids)
    elif ids:
        again = {"state": State.PENDING, "reason": None, "reply": None, "due_at": now, "first_due_at": None, "attempt": 0}
        session.execute(update(Message).where(Message.id.in_(ids)).values(again).execution_options(synchronize_session=False))
    return len(ids)


def _wanted(mailing_ids: Sequence[int], decision: Decision) -> tuple[ColumnElement[bool], ...]:
    mine = Message.mailing_id.in_(mailing_ids)
    if decision == Decision.RETRY:
        return (mine, IS_TROUBLE, Message.state == State.FAILED, Message.reason.not_in(HOPELESS))
    return (mine, IS_TROUBLE, Message.state == State.UNCERTAIN)


def _take_as_sent(session: Session, ids: Sequence[int]) -> None:
    """The nearest that is known of the moment one was in hand is when it was due."""
    sent = {"state": State.SENT, "reason": None, "sent_at": Message.due_at}
    session.execute(update(Message).where(Message.id.in_(ids)).values(sent).execution_options(synchronize_session=False))
    columns = (Message.due_at, Message.person_key, Message.list_id, Message.mailing_id, Message.id)
    told = ("at", "subscriber_id", "list_id", "mailing_id", "message_id")
    rows = session.execute(select(*columns).where(Message.id.in_(ids)).order_by(Message.id))
    same = {"kind": Kind.SENT, "detail": {"decided": True}}
    note_many(session, [same | dict(zip(told, row, strict=True)) for row in rows])
