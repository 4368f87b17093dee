"""The switch of a sequence."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind, MailingState
from mailflow.sequences.models import Sequence, Step


def switch(session: Session, sequence: Sequence, on: bool, *, now: datetime) -> bool:
    """Switch a sequence on or off; False when it was so already.

    Off: nobody new comes in, nobody goes a step further, and mails that have not left wait. On again: all go on from
    where they are; what happened in between brought nobody in.
    """
    if sequence.on == on:
        return False
    sequence.on, sequence.switched_at = on, now
    sequence.scan_after, sequence.scanned_at = 0, None
    before, after = (MailingState.PAUSED, MailingState.OPEN) if on else (MailingState.OPEN, MailingState.PAUSED)
    steps = select(Step.id).where(Step.sequence_id == sequence.id)
    mailings = update(Mailing).where(Mailing.kind == MailingKind.STEP, Mailing.source_id.in_(steps), Mailing.state == before)
    session.execute(mailings.values(state=after))
    session.flush()
    return True
