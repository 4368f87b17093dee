"""A condition tree as SQLAlchemy Core: every name comes from our own tables, every value is bound."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from mailflow.audience.models import Subscriber
from mailflow.segments.activity_clauses import did_clause, last_order_clause, spent_clause
from mailflow.segments.engagement import top_clause
from mailflow.segments.frame import Frame
from mailflow.segments.person_clauses import joined_clause, language_clause, membership_clause, silent_clause, source_clause
from mailflow.segments.profile_clauses import field_clause
from mailflow.segments.rules import FieldLike, parse
from mailflow.segments.words import (
    CameFrom,
    Did,
    FieldFacts,
    FieldTest,
    Group,
    How,
    InSegment,
    Joined,
    LastOrder,
    Membership,
    Part,
    Saved,
    Silent,
    Speaks,
    Spent,
    Top,
    Tree,
)

Clause = ColumnElement[bool]


def members(
    tree: Tree | Mapping[str, Any],
    *,
    now: datetime,
    fields: Iterable[FieldLike | FieldFacts] = (),
    segments: Mapping[int, Saved] | None = None,
) -> Select[int]:
    """The ids of everybody the tree holds; raises TreeError for JSON that is no tree. ``segments`` are those it may name."""
    parsed = tree if isinstance(tree, Group) else parse(tree, fields=fields, segments=segments)
    return select(Subscriber.id).where(clause(parsed, Frame(now)))


def clause(part: Part, frame: Frame) -> Clause:
    """One part of a tree as a condition on ``Subscriber``: true or false, never unknown, so that "none" can be trusted."""
    return _CLAUSES[type(part)](part, frame)


def _group(group: Group, frame: Frame) -> Clause:
    parts = [clause(part, frame) for part in group.parts]
    if group.how is How.ALL:
        return and_(true(), *parts)
    some = or_(false(), *parts)
    return some if group.how is How.ANY else ~some


def _segment(named: InSegment, frame: Frame) -> Clause:
    return _group(named.tree, frame)


_CLAUSES: Mapping[type, Callable[[Any, Frame], Clause]] = {
    Group: _group,
    FieldTest: field_clause,
    Membership: membership_clause,
    Speaks: language_clause,
    CameFrom: source_clause,
    Joined: joined_clause,
    Did: did_clause,
    Spent: spent_clause,
    LastOrder: last_order_clause,
    Top: top_clause,
    Silent: silent_clause,
    InSegment: _segment,
}
