"""How many people a tree holds, as a whole and part by part."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.foundation.limited import UNLIMITED, Limit, TooSlowError
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import people
from mailflow.segments.models import Engagement
from mailflow.segments.words import Group, How, Part, Tree

_SLICE = 5000
PARTS_SECONDS = 2.0
"""For the numbers beside the conditions, which are only a help."""


@dataclass(frozen=True)
class Counts:
    """``total`` people of ``everybody``; ``parts`` by place in the tree.

    ``reachable`` can be written to by a campaign: confirmed in some list, not blocked, not left in peace as silent.
    None stands for what took too long to count.
    """

    everybody: int
    total: int
    reachable: int | None
    parts: Mapping[tuple[int, ...], int | None]


def count(session: Session, tree: Tree | Mapping[str, Any], *, now: datetime, list_id: int | None = None) -> int:
    """How many people the tree holds; with ``list_id`` only those confirmed in that list. TreeError for JSON that is no tree."""
    wanted = people(read_tree(catalogue(session), tree), now)
    if list_id is not None:
        wanted = wanted.where(wanted.selected_columns[0].in_(confirmed_people(list_id)))
    return _number(session, wanted)


@dataclass(frozen=True)
class Page:
    """The first people of a tree, the newest ones first, and how many there are in all."""

    ids: list[int]
    total: int


def first_page(session: Session, tree: Tree | Mapping[str, Any], *, now: datetime, limit: int = 50) -> Page:
    """The first people and the count, from one look at them all."""
    wanted = people(read_tree(catalogue(session), tree), now)
    rows = session.execute(wanted.add_columns(func.count().over()).order_by(wanted.selected_columns[0].desc()).limit(limit)).all()
    return Page([row[0] for row in rows], rows[0][1] if rows else 0)


def counts(
    session: Session, tree: Tree, *, now: datetime, blocked: Collection[int] = (), limit: Limit = UNLIMITED, each: bool = True
) -> Counts:
    """The whole, and with ``each`` every part counted alone; ``blocked`` are people who may not be written to.

    TooSlowError when the whole takes longer than ``limit``; what is less important is left out then.
    """
    with limit.on(session):
        everybody = session.scalar(select(func.count(Subscriber.id))) or 0
        total = _number(session, people(tree, now))
    mailable = _in_time(session, limit, lambda: _reachable(session, tree, blocked, now))
    lesser = limit.at_most(PARTS_SECONDS) if limit is not UNLIMITED else limit
    parts = {at: _in_time(session, lesser, partial(_of_part, session, part, everybody, now)) for at, part in places(tree) if each}
    return Counts(everybody, total, mailable, parts)


def _in_time(session: Session, limit: Limit, asked: Callable[[], int]) -> int | None:
    try:
        with limit.on(session):
            return asked()
    except TooSlowError:
        return None


def _reachable(session: Session, tree: Tree, blocked: Collection[int], now: datetime) -> int:
    whole = people(tree, now)
    key = whole.selected_columns[0]
    herself = aliased(Subscriber)
    writable = select(herself.id).where(herself.silent_since.is_(None), herself.id == key).correlate_except(herself).exists()
    reachable = whole.where(key.in_(confirmed_people()), writable)
    return _number(session, reachable) - _how_many_of(session, reachable, sorted(blocked))


def _of_part(session: Session, part: Part, everybody: int, now: datetime) -> int:
    """Of what nearly everybody meets, those are counted who do not."""
    turned = people(Group(How.NONE, (part,)), now)
    if turned.selected_columns[0].table is Engagement.__table__:
        return everybody - _number(session, turned)
    return _number(session, people(Group(How.ALL, (part,)), now))


def _number(session: Session, wanted: Select[int]) -> int:
    return session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def _how_many_of(session: Session, wanted: Select[int], people: list[int]) -> int:
    """How many of these people are among the wanted; asked in slices, since a statement holds only so many values."""
    slices = (people[start : start + _SLICE] for start in range(0, len(people), _SLICE))
    return sum(_number(session, wanted.where(wanted.selected_columns[0].in_(some))) for some in slices)


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
