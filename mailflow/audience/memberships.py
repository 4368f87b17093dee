"""One person's place in lists: joining and leaving with their lines, whoever asked for it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience import consent
from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import Consent, LeaveMethod, SubscriptionState


def subscriptions(session: Session, subscriber_id: int) -> dict[int, Subscription]:
    """A person's subscriptions by list, whatever their state."""
    rows = session.scalars(select(Subscription).where(Subscription.subscriber_id == subscriber_id).order_by(Subscription.id))
    return {row.list_id: row for row in rows}


def join(session: Session, person: Subscriber, list_ids: Sequence[int], evidence: consent.Evidence, *, now: datetime) -> None:
    """Confirm a proven person's place in these lists, with a consent line and a ledger line for each."""
    places = subscriptions(session, person.id)
    for list_id in list_ids:
        place = places.get(list_id)
        if place is None:
            place = Subscription(subscriber_id=person.id, list_id=list_id, state=SubscriptionState.PENDING, asked_at=now)
            session.add(place)
        first = person.confirmed_at is None
        person.confirmed_at = person.confirmed_at or now
        place.state, place.confirmed_at, place.left_at = SubscriptionState.CONFIRMED, now, None
        consent.record(session, person.id, Consent.NEWSLETTER, True, evidence, now=now, list_id=list_id)
        ledger.note(session, Kind.CONFIRMED, person.id, now=now, list_id=list_id, detail={"first": first})


def drop(session: Session, places: Sequence[Subscription], method: LeaveMethod, evidence: consent.Evidence, *, now: datetime) -> None:
    """End these places at once, with a consent line each, and a ledger line where mails were received."""
    for place in places:
        was_confirmed = place.state == SubscriptionState.CONFIRMED
        place.state, place.left_at = SubscriptionState.LEFT, now
        consent.record(session, place.subscriber_id, Consent.NEWSLETTER, False, evidence, now=now, list_id=place.list_id)
        if was_confirmed:
            ledger.note(session, Kind.LEFT, place.subscriber_id, now=now, list_id=place.list_id, detail={"method": method})
    session.flush()
