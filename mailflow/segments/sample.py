"""A few people of a segment to look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.frame import Frame
from mailflow.segments.words import Tree


def sample(session: Session, tree: Tree | Mapping[str, Any], *, now: datetime, limit: int = 6, shuffle: bool = False) -> list[Subscriber]:
    """Up to ``limit`` people that the tree holds: the newest ones, or with ``shuffle`` any."""
    wanted = select(Subscriber).where(clause(read_tree(catalogue(session), tree), Frame(now)))
    order = func.random() if shuffle else Subscriber.id.desc()
    return list(session.scalars(wanted.order_by(order).limit(limit)))
