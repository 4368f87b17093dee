"""What a person decides about a sequence's mails of which nobody knows whether they arrived."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.outbox import doubt
from mailflow.outbox.doubt import Decision
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind
from mailflow.sequences.models import Sequence, Step

DECISIONS = (Decision.AS_SENT, Decision.AGAIN)
"""A failed step is not tried again: the way through the sequence has gone on without it."""


def concerned(session: Session, sequence: Sequence, decision: Decision) -> int:
    """How many messages a decision would move now."""
    return doubt.concerned(session, _mailings(session, sequence), decision)


def decide(session: Session, sequence: Sequence, decision: Decision, *, expected: int, going_on: bool = False, now: datetime) -> int:
    """Move the first slice of exactly ``expected`` messages, or none where their number is another by now; how many.

    Call again, ``going_on``, until all are moved. What goes again is looked at by the gate as ever: it waits while the
    sequence is off, and is left out once its code has ended.
    """
    if not going_on and concerned(session, sequence, decision) != expected:
        return 0
    return doubt.move_some(session, _mailings(session, sequence), decision, now=now)


def _mailings(session: Session, sequence: Sequence) -> list[int]:
    steps = select(Step.id).where(Step.sequence_id == sequence.id)
    return list(session.scalars(select(Mailing.id).where(Mailing.kind == MailingKind.STEP, Mailing.source_id.in_(steps))))
