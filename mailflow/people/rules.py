"""What becomes of two answers of one person: pure decisions. In doubt, the one that sends less."""

from dataclasses import dataclass
from datetime import datetime

from mailflow.audience.words import SubscriptionState, SuppressionReason, Tracking

OWN_WORD = frozenset({"box", "confirmation", "page", "preferences"})
"""Methods by which a person agrees herself; what was brought in or written by staff takes back no leaving."""
OF_THE_PERSON = frozenset(SuppressionReason) - {SuppressionReason.HARD_BOUNCE}
"""Reasons that she herself gave: they go with her to any address. A bounce is the mailbox's alone."""


@dataclass(frozen=True)
class Place:
    """Where a record stands with one list, since when, and when its person last agreed to it herself."""

    state: SubscriptionState
    left_at: datetime | None = None
    agreed_at: datetime | None = None


def joint_state(one: Place | None, other: Place | None) -> SubscriptionState:
    """Who left stays out, unless she agreed again, herself and later, under the other address."""
    places = [place for place in (one, other) if place is not None]
    states = {place.state for place in places}
    left_at = max((place.left_at for place in places if place.state == SubscriptionState.LEFT and place.left_at), default=None)
    if SubscriptionState.LEFT in states and not _agreed_after(places, left_at):
        return SubscriptionState.LEFT
    return SubscriptionState.CONFIRMED if SubscriptionState.CONFIRMED in states else SubscriptionState.PENDING


def _agreed_after(places: list[Place], left_at: datetime | None) -> bool:
    confirmed = [place.agreed_at for place in places if place.state == SubscriptionState.CONFIRMED]
    return left_at is not None and any(agreed is not None and agreed > left_at for agreed in confirmed)


def joint_tracking(one: str, other: str, chosen: str | None) -> str:
    """The level she chose last herself, else the lower of both."""
    levels = list(Tracking)
    return chosen or min((one, other), key=lambda level: levels.index(Tracking(level)))
