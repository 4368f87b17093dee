"""Reads for pages: the installation, brands, lists, forms and people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience import profile
from mailflow.audience.models import Brand, ConsentLine, Form, Installation, List, Subscriber, Subscription
from mailflow.audience.words import DEMO, SubscriptionState


@dataclass(frozen=True)
class ListCounts:
    """How many people stand where with one list."""

    confirmed: int = 0
    pending: int = 0
    left: int = 0


@dataclass(frozen=True)
class Place:
    """One list of one person, with where she stands."""

    id: int
    list: List
    state: SubscriptionState
    asked_at: datetime
    confirmed_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True)
class SubscriberPage:
    """Everything that a person's page shows of her, from this stage."""

    person: Subscriber
    values: dict[str, Any]
    places: list[Place]
    consents: list[ConsentLine]


def installation(session: Session) -> Installation:
    """The company's settings; the standard ones before the first start."""
    return session.get(Installation, 1) or Installation(id=1, language="es", zone="Europe/Madrid", currency="EUR", attribution_days=7)


def is_demo(session: Session) -> bool:
    """Whether this installation is the demo shop: its first person was made up for it."""
    return session.scalar(select(Subscriber.source).order_by(Subscriber.id).limit(1)) == DEMO


def brand(session: Session, brand_id: int | None = None) -> Brand | None:
    """A brand, or the first one; None only before the first start or for an unknown number."""
    return session.get(Brand, brand_id) if brand_id is not None else session.scalar(select(Brand).order_by(Brand.id).limit(1))


def lists(session: Session) -> list[List]:
    """Every list in its order."""
    return list(session.scalars(select(List).order_by(List.position, List.id)))


def list_counts(session: Session) -> dict[int, ListCounts]:
    """How many people stand where with each list; a list without anybody is there too."""
    rows = session.execute(
        select(Subscription.list_id, Subscription.state, func.count()).group_by(Subscription.list_id, Subscription.state)
    )
    counted: dict[int, dict[str, int]] = {one.id: {} for one in lists(session)}
    for list_id, state, number in rows:
        counted[list_id][state] = number
    return {list_id: ListCounts(**numbers) for list_id, numbers in counted.items()}


def open_forms(session: Session) -> list[Form]:
    """The sign-up forms that anybody may use."""
    return list(session.scalars(select(Form).where(Form.open).order_by(Form.id)))


def form(session: Session, slug: str) -> Form | None:
    """The open form of that name."""
    return session.scalar(select(Form).where(Form.slug == slug, Form.open))


def form_lists(session: Session, form: Form) -> list[List]:
    """The lists that a form offers, in their order."""
    return [one for one in lists(session) if one.slug in form.list_slugs]


def subscriber_page(session: Session, subscriber_id: int) -> SubscriberPage | None:
    """What this stage knows of one person; None for a number that is nobody's."""
    person = session.get(Subscriber, subscriber_id)
    if person is None:
        return None
    rows = session.execute(
        select(Subscription, List)
        .join(List, List.id == Subscription.list_id)
        .where(Subscription.subscriber_id == subscriber_id)
        .order_by(List.position, List.id)
    )
    places = [Place(one.id, its, SubscriptionState(one.state), one.asked_at, one.confirmed_at, one.left_at) for one, its in rows]
    consents = session.scalars(select(ConsentLine).where(ConsentLine.subscriber_id == subscriber_id).order_by(ConsentLine.id.desc()))
    return SubscriberPage(person, profile.values(session, [subscriber_id])[subscriber_id], places, list(consents))
