"""What the ledger knows of the people of some rows, asked for all of them at once, and what follows for each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.words import Judged, Outcome
from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.profile import values
from mailflow.audience.suppression import unwanted
from mailflow.audience.words import SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring


@dataclass(frozen=True)
class Known:
    """People and places by address in lower case, and the addresses that get nothing."""

    people: Mapping[str, int]
    places: Mapping[int, tuple[int, str]]
    values: Mapping[int, Mapping[str, Any]]
    blocked: Collection[str]

    def missing(self, judged: Judged) -> Mapping[str, Any]:
        """What the row says that was not known; what people said themselves is never written over."""
        known = self.values.get(self.people.get(key_of(judged), 0))
        if known is None:
            return judged.values
        return {key: value for key, value in judged.values.items() if key not in known}

    def outcome(self, judged: Judged) -> Outcome:
        """What becomes of a row that can come in by itself."""
        key = key_of(judged)
        if key in self.blocked:
            return Outcome.SUPPRESSED
        person = self.people.get(key)
        if person is None:
            return Outcome.NEW
        _, state = self.places.get(person, (0, ""))
        if state == SubscriptionState.LEFT:
            return Outcome.LEFT
        if state != SubscriptionState.CONFIRMED:
            return Outcome.JOINED
        return Outcome.COMPLETED if self.missing(judged) else Outcome.KNOWN


def key_of(judged: Judged) -> str:
    """By which a person is known, however her address is spelled."""
    return judged.email.lower()


def look_up(session: Session, rows: Sequence[Judged], list_id: int, *, ring: Ring) -> Known:
    """What is known of these people; four statements, however many rows."""
    if not rows:
        return Known({}, {}, {}, frozenset())
    keys = [key_of(row) for row in rows]
    people = dict(session.execute(select(Subscriber.email_key, Subscriber.id).where(among(Subscriber.email_key, keys))).all())
    there = list(people.values())
    places = select(Subscription.subscriber_id, Subscription.id, Subscription.state).where(
        among(Subscription.subscriber_id, there), Subscription.list_id == list_id
    )
    return Known(
        people,
        {person: (place, state) for person, place, state in session.execute(places)} if people else {},
        values(session, there) if people else {},
        unwanted(session, keys, list_id, ring=ring),
    )
