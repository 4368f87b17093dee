"""Mails that wait go to the address that somebody has now."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.outbox.models import IS_WAITING, Message


def redirect(session: Session, subscriber_id: int, email: str) -> int:
    """Send what waits for a person to this address; what a sender has in its hands goes where it was going. How many."""
    whither = {"address": email, "provider": email.rpartition("@")[2]}
    waiting = update(Message).where(Message.person_key == subscriber_id, IS_WAITING, Message.address != email).values(whither)
    return session.connection().execute(waiting).rowcount
