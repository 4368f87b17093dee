"""Why one person is in a segment or not, condition by condition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.count import places
from mailflow.segments.frame import Frame
from mailflow.segments.words import Group, Part, Tree


@dataclass(frozen=True)
class Explained:
    """One part and whether it holds for the person; of a group, also what is below it."""

    part: Part
    met: bool
    below: tuple["Explained", ...] = ()


def explain(session: Session, tree: Tree | Mapping[str, Any], subscriber_id: int, *, now: datetime) -> Explained | None:
    """What holds for this person, part by part; None when there is no such person."""
    parsed = read_tree(catalogue(session), tree)
    frame = Frame(now, subscriber_id)
    parts = [((), parsed), *places(parsed)]
    columns = (case((clause(part, frame), 1), else_=0) for _, part in parts)
    row = session.execute(select(*columns).where(Subscriber.id == subscriber_id)).one_or_none()
    if row is None:
        return None
    return _explained(parsed, (), {at: bool(met) for (at, _), met in zip(parts, row, strict=True)})


def _explained(part: Part, at: tuple[int, ...], met: Mapping[tuple[int, ...], bool]) -> Explained:
    parts = part.parts if isinstance(part, Group) else ()
    below = tuple(_explained(one, (*at, index), met) for index, one in enumerate(parts))
    return Explained(part, met[at], below)
