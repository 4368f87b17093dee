"""A few people of a segment to look at, and all of them in slices."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.frame import Frame
from mailflow.segments.words import Tree

SLICE = 1000


def sample(session: Session, tree: Tree | Mapping[str, Any], *, now: datetime, limit: int = 6, shuffle: bool = False) -> list[Subscriber]:
    """Up to ``limit`` people that the tree holds: the newest ones, or with ``shuffle`` any."""
    wanted = select(Subscriber).where(clause(read_tree(catalogue(session), tree), Frame(now)))
    order = func.random() if shuffle else Subscriber.id.desc()
    return list(session.scalars(wanted.order_by(order).limit(limit)))


def everybody(session: Session, tree: Tree | Mapping[str, Any], *, now: datetime) -> Iterator[list[Subscriber]]:
    """All people that the tree holds, oldest first, in slices."""
    holds = clause(read_tree(catalogue(session), tree), Frame(now))
    last = 0
    while people := list(session.scalars(select(Subscriber).where(Subscriber.id > last, holds).order_by(Subscriber.id).limit(SLICE))):
        yield people
        last = people[-1].id
        session.expunge_all()
