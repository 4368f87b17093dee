"""What the consent lines say is in force: worked out from them alone, and compared with what the other tables say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import ConsentLine, Subscriber, Subscription
from mailflow.audience.words import Consent, Method, SubscriptionState, Tracking
from mailflow.foundation.among import among


class LineLike(Protocol):
    """What the state follows from, of one line."""

    purpose: str
    list_id: int | None
    granted: bool
    choice: str
    method: str
    proof: str


@dataclass(frozen=True)
class Standing:
    """Where somebody stands with each list, how closely she may be measured, and what else she agreed to."""

    lists: Mapping[int, SubscriptionState] = field(default_factory=dict)
    tracking: Tracking = Tracking.AGGREGATE
    others: Mapping[Consent, bool] = field(default_factory=dict)


def standing(lines: Iterable[LineLike]) -> Standing:
    """What follows from one person's lines, the oldest first. Pure.

    A box ticked in a form is a question until its owner confirms, and so is what a program asks her by mail: it makes nobody a member,
    and brings nobody back.
    """
    lists: dict[int, SubscriptionState] = {}
    others: dict[Consent, bool] = {}
    tracking = Tracking.AGGREGATE
    for line in lines:
        if line.purpose == Consent.NEWSLETTER and line.list_id is not None:
            lists[line.list_id] = _next(lists.get(line.list_id), line)
        elif line.purpose == Consent.TRACKING:
            tracking = Tracking(line.choice)
        elif line.purpose != Consent.NEWSLETTER:
            others[Consent(line.purpose)] = line.granted
    return Standing(lists, tracking, others)


def _next(state: SubscriptionState | None, line: LineLike) -> SubscriptionState:
    if not line.granted:
        return SubscriptionState.LEFT
    if line.method == Method.BOX or (line.method == Method.API and line.proof.startswith("request:")):
        return state or SubscriptionState.PENDING
    return SubscriptionState.CONFIRMED


def differing(session: Session, people: Sequence[int]) -> list[int]:
    """Those of these people of whom the tables that are asked every day say something else than their consent lines."""
    lines: dict[int, list[ConsentLine]] = defaultdict(list)
    for line in session.scalars(select(ConsentLine).where(among(ConsentLine.subscriber_id, people)).order_by(ConsentLine.id)):
        lines[line.subscriber_id].append(line)
    places: dict[int, dict[int, str]] = defaultdict(dict)
    found = select(Subscription.subscriber_id, Subscription.list_id, Subscription.state)
    for person, list_id, state in session.execute(found.where(among(Subscription.subscriber_id, people))):
        places[person][list_id] = state
    levels = session.execute(select(Subscriber.id, Subscriber.tracking).where(among(Subscriber.id, people)).order_by(Subscriber.id))
    return [
        person
        for person, level in levels
        if (derived := standing(lines[person])).lists != places[person] or derived.tracking.value != level
    ]


def heard_of_lately(session: Session, limit: int) -> list[int]:
    """The people whom the newest consent lines are about."""
    newest = select(ConsentLine.subscriber_id).order_by(ConsentLine.id.desc()).limit(limit)
    return sorted(set(session.scalars(newest)))
