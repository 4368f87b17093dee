"""Asking by mail for the link to one's preferences."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience.limits import network_is_busy, was_written_lately
from mailflow.audience.records.former import person_of
from mailflow.audience.requests import open_request
from mailflow.audience.suppression import gets_nothing
from mailflow.audience.words import LinkOutcome, LinkReason
from mailflow.foundation.ring import Ring


def ask_link(session: Session, email: str, *, language: str, now: datetime, ring: Ring, network: str = "") -> LinkOutcome:
    """Ask for a mail with the link to her preferences for who is known, within the limits; nothing for anybody else."""
    blocked = gets_nothing(session, email, ring=ring, now=now)
    person = person_of(session, email)
    if person and person.email_key != email.lower():
        blocked = gets_nothing(session, person.email, ring=ring, now=now) or blocked
    if network_is_busy(session, email, network, ring=ring, now=now):
        return LinkOutcome(LinkReason.ASKED_RECENTLY)
    if person is None:
        return LinkOutcome(LinkReason.UNKNOWN)
    if blocked:
        return LinkOutcome(LinkReason.SUPPRESSED)
    if was_written_lately(session, person.id, for_lists=False, now=now):
        return LinkOutcome(LinkReason.ASKED_RECENTLY)
    request = open_request(session, person.id, [], language=person.language or language, held={}, now=now)
    return LinkOutcome(LinkReason.LINK_DUE, request.id)
