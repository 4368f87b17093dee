"""Finding people by what is known of them: address, name or telephone, list, segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mailflow.audience.finding.search import search
from mailflow.audience.models import Subscriber, Subscription
from mailflow.foundation.among import among
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.frame import Frame
from mailflow.segments.words import Tree

NAME_FIELD = "first_name"
MOST_FOUND = 500
"""Who is looked for among more is found sooner by another letter."""


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty parts are not looked at. ``state`` is where people stand with the list."""

    text: str = ""
    list_id: int | None = None
    state: str = "confirmed"
    tree: Tree | Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Found:
    """One page of people, and how many there are in all; ``more`` when nobody counted further."""

    people: list[Subscriber]
    total: int
    more: bool = False


def find_people(session: Session, wanted: Wanted, *, now: datetime, offset: int = 0, limit: int = 50) -> Found:
    """People whom the text fits (best first) and who are in the list and in the segment; without a text the newest first."""
    conditions = _conditions(session, wanted, now)
    if wanted.text.strip():
        return _searched(session, wanted.text, conditions, offset, limit)
    people = select(Subscriber).where(*conditions)
    total = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    return Found(
        list(session.scalars(people.order_by(Subscriber.created_at.desc(), Subscriber.id.desc()).offset(offset).limit(limit))), total
    )


def _conditions(session: Session, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.list_id is not None:
        states = select(Subscription.subscriber_id).where(Subscription.list_id == wanted.list_id, Subscription.state == wanted.state)
        found.append(Subscriber.id.in_(states))
    if wanted.tree is not None:
        found.append(clause(read_tree(catalogue(session), wanted.tree), Frame(now)))
    return found


def _searched(session: Session, text: str, conditions: Sequence[ColumnElement[bool]], offset: int, limit: int) -> Found:
    matches = search(session, text, limit=MOST_FOUND, narrow=conditions)
    page = matches.people[offset : offset + limit]
    rows = {row.id: row for row in session.scalars(select(Subscriber).where(among(Subscriber.id, page)))}
    return Found([rows[person] for person in page if person in rows], len(matches.people), matches.more)


def person_at(session: Session, address: str) -> Subscriber | None:
    """The person with exactly this address, however it is spelled."""
    return session.scalar(select(Subscriber).where(Subscriber.email_key == address.strip().lower()))
