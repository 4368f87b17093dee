"""Writing the demo's people down: profiles, subscriptions, consent with its words, and the lines in the ledger."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.consent import digest
from mailflow.audience.finding.index import index_people
from mailflow.audience.models import ConsentLine, Field, Form, List, ProfileValue, Subscriber, Subscription
from mailflow.audience.profile import parts_of
from mailflow.audience.wordings import keep_wording
from mailflow.audience.words import DEMO, Consent, LeaveMethod, SubscriptionState, Tracking
from mailflow.demo.people import Person
from mailflow.foundation.upsert import insert_all


def settle(session: Session, people: Sequence[Person], lists: Sequence[List]) -> None:
    """Insert everybody with the number that :class:`Person` carries."""
    fields = {field.key: field.id for field in session.scalars(select(Field))}
    form = session.scalars(select(Form)).one()
    insert_all(session, Subscriber, [_subscriber(person) for person in people])
    insert_all(session, ProfileValue, [row for person in people for row in _values(person, fields)])
    insert_all(session, Subscription, [row for person in people for row in _subscriptions(person, lists)])
    insert_all(session, ConsentLine, [row for person in people for row in _consents(person, lists, form)])
    for purpose, words in ((Consent.NEWSLETTER, form.consent_wording), (Consent.TRACKING, form.tracking_wording)):
        for language, text in words.items():
            keep_wording(session, DEMO, purpose, language, (digest(text), text), now=min(person.joined for person in people))
    insert_all(session, Activity, [row for person in people for row in _lines(person, lists)])
    index_people(session, [person.number for person in people])


def _subscriber(person: Person) -> dict[str, Any]:
    return {
        "id": person.number,
        "email": person.email,
        "email_key": person.email,
        "language": person.language,
        "tracking": Tracking.INDIVIDUAL if person.tracked else Tracking.AGGREGATE,
        "source": DEMO,
        "source_class": person.source,
        "created_at": person.joined,
        "confirmed_at": person.joined + timedelta(minutes=4),
    }


def _values(person: Person, fields: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for key, value in person.profile.items():
        for position, one in enumerate(parts_of(value)):
            day = one if isinstance(one, date) else None
            text = None if day else one
            rows.append({"subscriber_id": person.number, "field_id": fields[key], "position": position, "text": text, "day": day})
    return rows


def _subscriptions(person: Person, lists: Sequence[List]) -> list[dict[str, Any]]:
    return [
        {
            "subscriber_id": person.number,
            "list_id": lists[place].id,
            "state": SubscriptionState.LEFT if person.left else SubscriptionState.CONFIRMED,
            "asked_at": person.joined,
            "confirmed_at": person.joined + timedelta(minutes=4),
            "left_at": person.left,
        }
        for place in person.lists
    ]


def _consents(person: Person, lists: Sequence[List], form: Form) -> list[dict[str, Any]]:
    given = [(Consent.NEWSLETTER, lists[place].id, form.consent_wording) for place in person.lists]
    asked = [*given, (Consent.TRACKING, None, form.tracking_wording)] if person.tracked else given
    lines = [_consent(person, purpose, list_id, words[person.language]) for purpose, list_id, words in asked]
    return [*lines, *(_left(person, lists[place].id) for place in person.lists if person.left)]


def _left(person: Person, list_id: int) -> dict[str, Any]:
    line = _consent(person, Consent.NEWSLETTER, list_id, "")
    return {**line, "at": person.left, "granted": False, "method": LeaveMethod.ONE_CLICK}


def _consent(person: Person, purpose: Consent, list_id: int | None, wording: str) -> dict[str, Any]:
    return {
        "subscriber_id": person.number,
        "at": person.joined + timedelta(minutes=4),
        "purpose": purpose,
        "list_id": list_id,
        "granted": True,
        "choice": Tracking.INDIVIDUAL if purpose is Consent.TRACKING else "",
        "wording": wording,
        "wording_digest": digest(wording),
        "language": person.language,
        "source": DEMO,
        "method": "confirmation",
        "network": f"203.0.{person.number % 113}.0/24",
    }


def _lines(person: Person, lists: Sequence[List]) -> list[dict[str, Any]]:
    joined = [
        _line(Kind.CONFIRMED, person, lists[place].id, person.joined + timedelta(minutes=4), {"first": n == 0})
        for n, place in enumerate(person.lists)
    ]
    if person.left is None:
        return joined
    return joined + [_line(Kind.LEFT, person, lists[place].id, person.left, {"method": LeaveMethod.ONE_CLICK}) for place in person.lists]


def _line(kind: Kind, person: Person, list_id: int, at: Any, detail: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "subscriber_id": person.number, "list_id": list_id, "at": at, "detail": detail, "machine": False}
