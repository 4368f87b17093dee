"""How often one network may ask, and one address be written to, before the address is proven."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import ConfirmationRequest, PublicTry, Subscriber
from mailflow.audience.rules import shorten_network
from mailflow.foundation.alone import be_alone
from mailflow.foundation.ring import Ring

NETWORK_TRIES = 20
NETWORK_WINDOW = timedelta(hours=1)
PAUSE_BETWEEN_MAILS = timedelta(minutes=10)
MAILS_PER_DAY = 3
UNPROVEN_PAUSE = timedelta(days=1)
UNPROVEN_EVER = 3
_DAY = timedelta(days=1)


def network_is_busy(session: Session, email: str, network: str, *, ring: Ring, now: datetime) -> bool:
    """Count one try from this network, and say whether it has used up its tries; a refused try is not counted again."""
    network_hash = ring.hash(shorten_network(network))
    be_alone(session, "ask", network_hash)
    session.execute(delete(PublicTry).where(PublicTry.at < now - _DAY))
    tries = select(func.count()).select_from(PublicTry).where(PublicTry.network == network_hash, PublicTry.at > now - NETWORK_WINDOW)
    if (session.scalar(tries) or 0) >= NETWORK_TRIES:
        return True
    session.add(PublicTry(at=now, network=network_hash, address=ring.hash(email)))
    return False


def was_written_lately(session: Session, subscriber_id: int, *, for_lists: bool, now: datetime) -> bool:
    """Whether this person has enough unanswered mails of this kind: one in ten minutes, three in a day.

    Who never confirmed anything may be a stranger's victim: one mail a day and three ever, of both kinds together.
    Answered ones do not count: only the owner of the address can answer.
    """
    be_alone(session, "be written to", str(subscriber_id))
    rows = session.execute(
        select(ConfirmationRequest.asked_at, ConfirmationRequest.list_ids).where(
            ConfirmationRequest.subscriber_id == subscriber_id, ConfirmationRequest.used_at.is_(None)
        )
    ).all()
    if session.get_one(Subscriber, subscriber_id).confirmed_at is None:
        return len(rows) >= UNPROVEN_EVER or any(asked_at > now - UNPROVEN_PAUSE for asked_at, _ in rows)
    times = [asked_at for asked_at, list_ids in rows if bool(list_ids) == for_lists and asked_at > now - _DAY]
    return len(times) >= MAILS_PER_DAY or any(asked_at > now - PAUSE_BETWEEN_MAILS for asked_at in times)
