"""How many people a tree holds, as a whole and part by part."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.frame import Frame
from mailflow.segments.words import Group, Part, Tree

_SLICE = 5000


@dataclass(frozen=True)
class Counts:
    """``total`` people of ``everybody``; ``parts`` by place in the tree.

    ``reachable`` can be written to by a campaign: confirmed in some list, not blocked, not left in peace as silent.
    """

    everybody: int
    total: int
    reachable: int
    parts: Mapping[tuple[int, ...], int]


def count(session: Session, tree: Tree | Mapping[str, Any], *, now: datetime, list_id: int | None = None) -> int:
    """How many people the tree holds; with ``list_id`` only those confirmed in that list. TreeError for JSON that is no tree."""
    parsed = read_tree(catalogue(session), tree)
    wanted = select(func.count()).select_from(Subscriber).where(clause(parsed, Frame(now)))
    if list_id is not None:
        wanted = wanted.where(Subscriber.id.in_(confirmed_people(list_id)))
    return session.scalar(wanted) or 0


def counts(session: Session, tree: Tree, *, now: datetime, blocked: Collection[int] = ()) -> Counts:
    """The whole and each part, each counted alone, in one walk over the people; ``blocked`` are people who may not be written to."""
    frame = Frame(now)
    parts = list(places(tree))
    whole = clause(tree, frame)
    reachable = Subscriber.id.in_(confirmed_people()) & Subscriber.silent_since.is_(None)
    columns = [whole, whole & reachable, *(clause(part, frame) for _, part in parts)]
    row = session.execute(select(func.count(), *(_how_many(one) for one in columns)).select_from(Subscriber)).one()
    everybody, total, mailable, *each = (int(number or 0) for number in row)
    mailable -= _how_many_of(session, whole & reachable, sorted(blocked))
    return Counts(everybody, total, mailable, {at: number for (at, _), number in zip(parts, each, strict=True)})


def _how_many_of(session: Session, condition: ColumnElement[bool], people: list[int]) -> int:
    """How many of these people meet it; asked in slices, since a statement holds only so many values."""
    slices = (people[start : start + _SLICE] for start in range(0, len(people), _SLICE))
    asked = (select(func.count()).select_from(Subscriber).where(Subscriber.id.in_(some), condition) for some in slices)
    return sum(session.scalar(one) or 0 for one in asked)


def places(group: Group, at: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Part]]:
    """Every part below a group with its place, in reading order."""
    for index, part in enumerate(group.parts):
        yield (*at, index), part
        if isinstance(part, Group):
            yield from places(part, (*at, index))


def confirmed_people(list_id: int | None = None) -> Select[int]:
    """Everybody confirmed in the list, or in any."""
    people = select(Subscription.subscriber_id).where(Subscription.state == SubscriptionState.CONFIRMED)
    return people if list_id is None else people.where(Subscription.list_id == list_id)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
