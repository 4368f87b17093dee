"""Mails that wait go to the address that somebody has now; links to confirm that went to another are over."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.audience.models import ConfirmationRequest
from mailflow.outbox.models import IS_WAITING, Message


def redirect(session: Session, subscriber_id: int, email: str) -> int:
    """Send what waits for a person to this address; what a sender has in its hands goes where it was going. How many."""
    whither = {"address": email, "provider": email.rpartition("@")[2]}
    waiting = update(Message).where(Message.person_key == subscriber_id, IS_WAITING, Message.address != email).values(whither)
    return session.connection().execute(waiting).rowcount


def end_requests(session: Session, subscriber_id: int, now: datetime) -> None:
    """Let no open link to confirm of this person be good any more: whoever reads it at the former address may be somebody else."""
    mine = update(ConfirmationRequest).where(ConfirmationRequest.subscriber_id == subscriber_id, ConfirmationRequest.expires_at > now)
    over = mine.where(ConfirmationRequest.used_at.is_(None)).values(expires_at=now)
    session.execute(over.execution_options(synchronize_session=False))
