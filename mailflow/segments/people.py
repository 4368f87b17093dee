"""Finding people by what is known of them: address or name, list, segment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Field, ProfileValue, Subscriber, Subscription
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.folding import fold, fold_sql
from mailflow.segments.frame import Frame
from mailflow.segments.words import Tree

NAME_FIELD = "first_name"


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty parts are not looked at. ``state`` is where people stand with the list."""

    text: str = ""
    list_id: int | None = None
    state: str = "confirmed"
    tree: Tree | Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Found:
    """One page of people, newest first, and how many there are in all."""

    people: list[Subscriber]
    total: int


def find_people(session: Session, wanted: Wanted, *, now: datetime, offset: int = 0, limit: int = 50) -> Found:
    """People whose address or first name holds the text, and who are in the list and in the segment."""
    people = select(Subscriber)
    if wanted.text.strip():
        people = people.where(_matches(wanted.text.strip()))
    if wanted.list_id is not None:
        states = select(Subscription.subscriber_id).where(Subscription.list_id == wanted.list_id, Subscription.state == wanted.state)
        people = people.where(Subscriber.id.in_(states))
    if wanted.tree is not None:
        people = people.where(clause(read_tree(catalogue(session), wanted.tree), Frame(now)))
    total = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    return Found(
        list(session.scalars(people.order_by(Subscriber.created_at.desc(), Subscriber.id.desc()).offset(offset).limit(limit))), total
    )


def person_at(session: Session, address: str) -> Subscriber | None:
    """The person with exactly this address, however it is spelled."""
    return session.scalar(select(Subscriber).where(Subscriber.email_key == address.strip().lower()))


def _matches(text: str) -> Any:
    name = (
        select(ProfileValue.subscriber_id)
        .join(Field, Field.id == ProfileValue.field_id)
        .where(Field.key == NAME_FIELD, fold_sql(func.coalesce(ProfileValue.text, "")).contains(fold(text), autoescape=True))
    )
    return or_(Subscriber.email_key.contains(text.lower(), autoescape=True), Subscriber.id.in_(name))
