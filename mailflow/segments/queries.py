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


def naming(session: Session, segment_id: int) -> list[Segment]:
    """The segments whose trees name this one."""
    return [one for one in segments(session) if one.id != segment_id and segment_id in named_in(one.tree)]


def named_in(tree: Any) -> Iterator[int]:
    """The ids of the segments that a saved tree names."""
    if isinstance(tree, list):
        for part in tree:
            yield from named_in(part)
    elif isinstance(tree, dict):
        if "segment" in tree:
            yield tree["segment"]
        for how in ("all", "any", "none"):
            yield from named_in(tree.get(how))
