"""Opens and clicks counted for a mailing as a whole, naming nobody."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing, MailingTotal
from mailflow.tracking.models import Hit
from mailflow.tracking.rules import HitFacts
from mailflow.tracking.words import HitKind, Signal

_COLUMNS = {
    (HitKind.OPEN, False): MailingTotal.opens,
    (HitKind.OPEN, True): MailingTotal.machine_opens,
    (HitKind.CLICK, False): MailingTotal.clicks,
    (HitKind.CLICK, True): MailingTotal.machine_clicks,
}


def add(session: Session, mailing_id: int, facts: HitFacts, signal: Signal | None, *, now: datetime) -> None:
    """Add one hit to the mailing's totals; nothing for a mailing that does not exist."""
    if session.get(Mailing, mailing_id) is None:
        return
    machine = signal is not None
    column = _COLUMNS[facts.kind, machine]
    if session.get(MailingTotal, mailing_id) is None:
        session.add(MailingTotal(mailing_id=mailing_id))
        session.flush()
    session.execute(update(MailingTotal).where(MailingTotal.mailing_id == mailing_id).values({column: column + 1}))
    hit = Hit(at=now, kind=facts.kind, mailing_id=mailing_id, message_id=None, link_number=facts.link)
    hit.machine, hit.signal = machine, signal or ""
    session.add(hit)
    session.flush()
