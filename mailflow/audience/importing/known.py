"""What the ledger knows of the people of some rows, asked for all of them at once, and what follows for each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.words import COMES_IN, Judged, Outcome
from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.profile import values
from mailflow.audience.records.former import owners
from mailflow.audience.suppression import unwanted
from mailflow.audience.words import SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring

_MEANS_HER = COMES_IN | {Outcome.LEFT_THERE}


@dataclass(frozen=True)
class Known:
    """People by address in lower case, those they had before too; their places; the addresses that get nothing."""

    people: Mapping[str, int]
    places: Mapping[int, tuple[int, str]]
    values: Mapping[int, Mapping[str, Any]]
    blocked: Collection[str]
    before: Collection[str] = frozenset()
    """Those of the addresses that somebody had before: what a row says under one may be of who has it now."""

    def missing(self, judged: Judged) -> Mapping[str, Any]:
        """What the row says that was not known; what people said themselves is never written over."""
        if key_of(judged) in self.before:
            return {}
        known = self.values.get(self.people.get(key_of(judged), 0))
        if known is None:
            return judged.values
        return {key: value for key, value in judged.values.items() if key not in known}

    def outcomes(self, rows: Sequence[Judged]) -> list[Outcome]:
        """What becomes of each; of two rows of one person, by the address she has and one she had, the first counts."""
        met: set[int] = set()
        found = []
        for one in rows:
            outcome = one.outcome or self.outcome(one)
            person = self.people.get(key_of(one)) if outcome in _MEANS_HER else None
            found.append(Outcome.TWICE if person in met else outcome)
            if person is not None:
                met.add(person)
        return found

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
    """What is known of these people; a handful of statements, however many rows.

    Who had an address before is who she is now, and what keeps her from getting mail at either keeps her from coming in.
    """
    if not rows:
        return Known({}, {}, {}, frozenset())
    keys = [key_of(row) for row in rows]
    people = dict(session.execute(select(Subscriber.email_key, Subscriber.id).where(among(Subscriber.email_key, keys))).all())
    former = {key: whose for key, whose in owners(session, keys).items() if key not in people}
    people |= {key: person for key, (person, _) in former.items()}
    there = list(dict.fromkeys(people.values()))
    places = select(Subscription.subscriber_id, Subscription.id, Subscription.state).where(
        among(Subscription.subscriber_id, there), Subscription.list_id == list_id
    )
    return Known(
        people,
        {person: (place, state) for person, place, state in session.execute(places)} if people else {},
        values(session, there) if people else {},
        _blocked(session, keys, {key: present for key, (_, present) in former.items()}, list_id, ring),
        frozenset(former),
    )


def _blocked(session: Session, keys: Sequence[str], present: Mapping[str, str], list_id: int, ring: Ring) -> set[str]:
    found = unwanted(session, [*keys, *present.values()], list_id, ring=ring)
    return found | {key for key, now in present.items() if now in found}
