"""Reads for pages: saved segments, and which of them name which."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.segments.models import Segment


def segments(session: Session) -> list[Segment]:
    """Every segment: the ready ones last, each group oldest first."""
    return sorted(session.scalars(select(Segment).order_by(Segment.id)), key=lambda one: one.slug is not None)


def segment(session: Session, segment_id: int) -> Segment | None:
    """The segment with this id."""
    return session.get(Segment, segment_id)


def is_by_hand(segment_id: int, tree: Any) -> bool:
    """Whether a segment's people were chosen one by one: its tree then names itself and nothing else."""
    return bool(tree == {"all": [{"fixed": segment_id}]})


def naming(session: Session, segment_id: int) -> list[Segment]:
    """The segments whose trees name this one."""
    return [one for one in segments(session) if one.id != segment_id and segment_id in named_in(one.tree)]


def named_in(tree: Any) -> Iterator[int]:
    """The ids of the segments that a saved tree names."""
    if isinstance(tree, list):
        for part in tree:
            yield from named_in(part)
    elif isinstance(tree, dict):
        yield from (tree[word] for word in ("segment", "fixed") if word in tree)
        for how in ("all", "any", "none"):
            yield from named_in(tree.get(how))


def testing(session: Session, key: str) -> list[Segment]:
    """The segments whose trees ask for the field with this key."""
    return [one for one in segments(session) if key in fields_in(one.tree)]


def fields_in(tree: Any) -> Iterator[str]:
    """The keys of the fields that a saved tree asks for."""
    if isinstance(tree, list):
        for part in tree:
            yield from fields_in(part)
    elif isinstance(tree, dict):
        if isinstance(tree.get("field"), str):
            yield tree["field"]
        for how in ("all", "any", "none"):
            yield from fields_in(tree.get(how))
