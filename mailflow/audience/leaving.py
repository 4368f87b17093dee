"""Leaving: effective at once, as often as one likes; and the way back for who pressed by mistake."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailflow.audience import consent, memberships
from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import LeaveMethod, LeaveOutcome, LeaveReason, Origin, SubscriptionState

UNDO_WITHIN = timedelta(days=1)
"""Later, a link in an old mail is no longer proof that its owner wants to come back."""


def leave(
    session: Session,
    subscription_id: int,
    *,
    method: LeaveMethod,
    now: datetime,
    everything: bool = False,
    network: str = "",
    agent: str = "",
) -> LeaveOutcome:
    """End one place, or with ``everything`` all of that person's; what was left before stays as it was."""
    place = session.get(Subscription, subscription_id)
    if place is None:
        return LeaveOutcome(LeaveReason.UNKNOWN)
    places = memberships.subscriptions(session, place.subscriber_id).values() if everything else [place]
    leaving = [one for one in places if one.state != SubscriptionState.LEFT]
    memberships.drop(session, leaving, method, _evidence(session, place, method, Origin(network, agent)), now=now)
    reason = LeaveReason.LEFT if leaving else LeaveReason.ALREADY
    return LeaveOutcome(reason, place.subscriber_id, tuple(one.list_id for one in leaving))


def come_back(
    session: Session, subscription_id: int, *, now: datetime, wording: str = "", network: str = "", agent: str = ""
) -> LeaveOutcome:
    """Take a leaving back within a day: what was left in the same moment is received again; what was never confirmed stays left."""
    place = session.get(Subscription, subscription_id)
    if place is None:
        return LeaveOutcome(LeaveReason.UNKNOWN)
    if place.left_at is None or now - place.left_at > UNDO_WITHIN:
        return LeaveOutcome(LeaveReason.TOO_LATE, place.subscriber_id)
    left_together = left_with(session, place)
    person = session.get_one(Subscriber, place.subscriber_id)
    evidence = consent.Evidence(wording, person.language or "", f"subscription:{place.id}", LeaveMethod.PAGE, Origin(network, agent))
    back = tuple(one.list_id for one in left_together if one.confirmed_at is not None)
    memberships.join(session, person, back, evidence, now=now)
    session.flush()
    return LeaveOutcome(LeaveReason.BACK if back else LeaveReason.TOO_LATE, person.id, back)


def left_with(session: Session, place: Subscription) -> list[Subscription]:
    """The places left in the same moment as this one, itself among them."""
    everything = memberships.subscriptions(session, place.subscriber_id).values()
    return [one for one in everything if one.left_at is not None and one.left_at == place.left_at]


def _evidence(session: Session, place: Subscription, method: LeaveMethod, origin: Origin) -> consent.Evidence:
    person = session.get_one(Subscriber, place.subscriber_id)
    return consent.Evidence("", person.language or "", f"subscription:{place.id}", method, origin)
