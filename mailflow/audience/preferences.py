"""Preferences: a person reached by her own link, hence proven, says what she wants from now on."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience import consent, levels, memberships, profile
from mailflow.audience.fields import fields
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.words import ChangeOutcome, ChangeReason, Choices, Current, LeaveMethod, Origin, SubscriptionState, Tracking
from mailflow.foundation.language import known_language


def current(session: Session, subscriber_id: int) -> Current | None:
    """What is in force for a person now; None for a number that is nobody's."""
    person = session.get(Subscriber, subscriber_id)
    if person is None:
        return None
    places = memberships.subscriptions(session, subscriber_id)
    public = {field.key for field in fields(session, public_only=True)}
    values = profile.values(session, [subscriber_id])[subscriber_id]
    return Current(
        subscriber_id=person.id,
        email=person.email,
        language=person.language,
        tracking=Tracking(person.tracking),
        list_ids=frozenset(list_id for list_id, place in places.items() if place.state == SubscriptionState.CONFIRMED),
        values={key: value for key, value in values.items() if key in public},
    )


def offered_lists(session: Session, subscriber_id: int) -> list[List]:
    """The lists a person may tick: the public ones, and those that she is in."""
    hers = select(Subscription.list_id).where(
        Subscription.subscriber_id == subscriber_id, Subscription.state == SubscriptionState.CONFIRMED
    )
    return list(session.scalars(select(List).where(or_(List.public, List.id.in_(hers))).order_by(List.position, List.id)))


def change(session: Session, subscriber_id: int, choices: Choices, *, now: datetime, network: str = "", agent: str = "") -> ChangeOutcome:
    """Put a person's choices in force at once; private lists, internal fields and unknown languages are left as they are."""
    before = current(session, subscriber_id)
    person = session.get(Subscriber, subscriber_id)
    if before is None or person is None:
        return ChangeOutcome(ChangeReason.UNKNOWN)
    evidence = consent.Evidence(
        choices.wording, choices.language or person.language or "", "preferences", LeaveMethod.PREFERENCES, Origin(network, agent)
    )
    joined, left = _change_lists(session, person, before, choices, evidence, now=now)
    _change_tracking(session, person, choices, evidence, now=now)
    _change_data(session, person, choices)
    session.flush()
    if current(session, subscriber_id) == before:
        return ChangeOutcome(ChangeReason.UNCHANGED)
    ledger.note(session, Kind.PREFERENCES_CHANGED, subscriber_id, now=now)
    return ChangeOutcome(ChangeReason.CHANGED, joined, left)


def _change_lists(
    session: Session, person: Subscriber, before: Current, choices: Choices, evidence: consent.Evidence, *, now: datetime
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if choices.list_ids is None:
        return (), ()
    offered = [one.id for one in offered_lists(session, person.id)]
    joined = tuple(one for one in offered if one in choices.list_ids and one not in before.list_ids)
    left = tuple(one for one in offered if one in before.list_ids and one not in choices.list_ids)
    memberships.join(session, person, joined, evidence, now=now)
    places = memberships.subscriptions(session, person.id)
    memberships.drop(session, [places[one] for one in left], LeaveMethod.PREFERENCES, evidence, now=now)
    return joined, left


def _change_tracking(session: Session, person: Subscriber, choices: Choices, evidence: consent.Evidence, *, now: datetime) -> None:
    if choices.tracking is not None:
        shown = consent.Evidence(choices.tracking_wording, evidence.language, evidence.source, evidence.method, evidence.origin)
        levels.set_level(session, person, choices.tracking, shown, now=now)


def _change_data(session: Session, person: Subscriber, choices: Choices) -> None:
    public = {field.key for field in fields(session, public_only=True)}
    profile.set_values(session, person.id, {key: value for key, value in (choices.values or {}).items() if key in public})
    person.language = known_language(choices.language) or person.language
