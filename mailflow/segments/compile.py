"""A condition tree as SQLAlchemy Core: every name comes from our own tables, every value is bound."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from mailflow.audience.models import Subscriber
from mailflow.segments.activity_clauses import bought_clause, deed_clause
from mailflow.segments.engagement import top_clause
from mailflow.segments.frame import Frame
from mailflow.segments.models import Engagement
from mailflow.segments.person_clauses import (
    agreed_clause,
    fixed_clause,
    joined_clause,
    language_clause,
    membership_clause,
    origin_clause,
    silent_clause,
    source_clause,
    tracked_clause,
)
from mailflow.segments.profile_clauses import field_clause
from mailflow.segments.rules import FieldLike, parse
from mailflow.segments.sources import OF_KIND
from mailflow.segments.sums_clauses import known, people_clause, rfm_clause, together
from mailflow.segments.words import (
    Agreed,
    AtStage,
    Average,
    Bought,
    CameBy,
    CameFrom,
    Did,
    FieldFacts,
    FieldTest,
    Fixed,
    Group,
    How,
    InRfm,
    InSegment,
    Joined,
    LastOrder,
    Membership,
    Op,
    Part,
    Saved,
    Silent,
    Speaks,
    Spent,
    Top,
    Tracked,
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


def people(tree: Tree, now: datetime) -> Select[int]:
    """The ids of everybody the tree holds, in the form that is quickest: whoever must have done something comes from the sums."""
    frame = Frame(now)
    parts = [(part, known(part, frame)) for part in _flat(tree)]
    sums = together(How.ALL, [found for _, found in parts if found and not found.empty])
    if sums.empty:
        return select(Subscriber.id).where(clause(tree, frame))
    few = Frame(now, few=True)
    others = [clause(part, few) for part in sorted((part for part, found in parts if not found or found.empty), key=_share)]
    return select(Engagement.subscriber_id).where(sums.holds, *others)


def _share(part: Part) -> float:
    """How many may meet it, as far as its words tell: SQLite asks in the order written, and one province of fifty leaves fewest."""
    if isinstance(part, FieldTest) and part.op in (Op.IN, Op.ANY_OF):
        return len(part.value) / max(len(part.field.options), 1)
    return 1.0


def _flat(tree: Tree) -> Iterator[Part]:
    """Parts that all have to hold, also those of groups and segments within."""
    if tree.how is not How.ALL:
        yield tree
        return
    for part in tree.parts:
        inside = part.tree if isinstance(part, InSegment) else part
        if isinstance(inside, Group):
            yield from _flat(inside)
        else:
            yield part


def clause(part: Part, frame: Frame) -> Clause:
    """One part of a tree as a condition on ``Subscriber``: true or false, never unknown, so that "none" can be trusted."""
    source = OF_KIND.get(type(part))
    return frame.own(source.clause(part, frame)) if source else _CLAUSES[type(part)](part, frame)


def _group(group: Group, frame: Frame) -> Clause:
    """What the sums know of its parts is asked of them at once."""
    sums = [(one, known(one, frame)) for one in group.parts]
    some = [found for _, found in sums if found]
    parts = [clause(one, frame) for one, found in sums if not found]
    if some:
        parts.append(people_clause(together(How.ALL if group.how is How.ALL else How.ANY, some), frame))
    if group.how is How.ALL:
        return and_(true(), *parts)
    either = or_(false(), *parts)
    return either if group.how is How.ANY else ~either


def _segment(named: InSegment, frame: Frame) -> Clause:
    return _group(named.tree, frame)


_CLAUSES: Mapping[type, Callable[[Any, Frame], Clause]] = {
    Group: _group,
    FieldTest: field_clause,
    Membership: membership_clause,
    Speaks: language_clause,
    CameFrom: source_clause,
    CameBy: origin_clause,
    Agreed: agreed_clause,
    Tracked: tracked_clause,
    Joined: joined_clause,
    Did: deed_clause,
    Spent: deed_clause,
    Average: deed_clause,
    LastOrder: deed_clause,
    AtStage: deed_clause,
    Bought: bought_clause,
    InRfm: rfm_clause,
    Top: top_clause,
    Silent: silent_clause,
    Fixed: fixed_clause,
    InSegment: _segment,
}
