"""Keeping, changing and deleting segments; a tree that is refused leaves everything as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from mailflow.foundation.language import LANGUAGES
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.models import Segment
from mailflow.segments.queries import naming, segments
from mailflow.segments.words import Fault, TreeError

LONGEST_NAME = 100


class SaveReason(StrEnum):
    """What became of a save or a deletion."""

    SAVED = "saved"
    DELETED = "deleted"
    NAME = "name"
    """The name is missing or too long."""
    TAKEN = "taken"
    """Another segment has this name already."""
    TREE = "tree"
    READY = "ready"
    """A ready segment cannot be changed, only copied."""
    NEEDED = "needed"
    """Another segment names it, and could not be read any more."""


@dataclass(frozen=True)
class SaveOutcome:
    """``segment`` when it was kept; ``faults`` of the tree when it was not; ``needed_by`` segments that name it."""

    reason: SaveReason
    segment: Segment | None = None
    faults: tuple[Fault, ...] = ()
    needed_by: tuple[Segment, ...] = ()


def create(session: Session, name: str, tree: Mapping[str, Any], *, now: datetime) -> SaveOutcome:
    """A new segment, under one name in every language."""
    refused = _refusal(session, name, tree, None)
    if refused:
        return refused
    segment = Segment(slug=None, name=_named(name), tree=dict(tree), created_at=now, changed_at=now)
    session.add(segment)
    session.flush()
    return SaveOutcome(SaveReason.SAVED, segment)


def change(session: Session, segment: Segment, name: str, tree: Mapping[str, Any], *, now: datetime) -> SaveOutcome:
    """Another name or tree for a segment; those that name it must still make sense afterwards."""
    if segment.slug is not None:
        return SaveOutcome(SaveReason.READY)
    refused = _refusal(session, name, tree, segment.id)
    if refused:
        return refused
    before = segment.tree
    segment.tree = dict(tree)
    session.flush()
    if broken := _broken(session, segment.id):
        segment.tree = before
        session.flush()
        return SaveOutcome(SaveReason.NEEDED, needed_by=broken)
    segment.name, segment.changed_at = _named(name), now
    return SaveOutcome(SaveReason.SAVED, segment)


def delete(session: Session, segment: Segment) -> SaveOutcome:
    """Take a segment away unless it is a ready one or another names it."""
    if segment.slug is not None:
        return SaveOutcome(SaveReason.READY)
    if needed_by := naming(session, segment.id):
        return SaveOutcome(SaveReason.NEEDED, needed_by=tuple(needed_by))
    session.delete(segment)
    session.flush()
    return SaveOutcome(SaveReason.DELETED)


def _refusal(session: Session, name: str, tree: Mapping[str, Any], own_id: int | None) -> SaveOutcome | None:
    try:
        read_tree(catalogue(session), tree, own_id=own_id)
    except TreeError as problem:
        return SaveOutcome(SaveReason.TREE, faults=tuple(problem.faults))
    good_name = 0 < len(name.strip()) <= LONGEST_NAME and name.strip().isprintable()
    if not good_name:
        return SaveOutcome(SaveReason.NAME)
    return SaveOutcome(SaveReason.TAKEN) if _plain(name) in _names(session, own_id) else None


def free_name(session: Session, wanted: str) -> str:
    """``wanted``, cut to what fits, with a number behind it where a segment has that name already."""
    taken, start, number = _names(session, None), wanted.strip()[: LONGEST_NAME - 5], 1
    name = start
    while _plain(name) in taken:
        number += 1
        name = f"{start} {number}"
    return name


def _names(session: Session, own_id: int | None) -> set[str]:
    """What the other segments are called in any language."""
    return {_plain(name) for one in segments(session) if one.id != own_id for name in one.name.values()}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _broken(session: Session, segment_id: int) -> tuple[Segment, ...]:
    """Segments that name this one, at any distance, and cannot be read now."""
    names = catalogue(session)
    broken = []
    for segment in naming(session, segment_id):
        try:
            read_tree(names, segment.tree, own_id=segment.id)
        except TreeError:
            broken.append(segment)
        else:
            broken += _broken(session, segment.id)
    return tuple(broken)


def _named(name: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, name.strip())
