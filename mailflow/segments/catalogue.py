"""What trees may name at this moment: fields, lists and saved segments, read from the database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.models import List
from mailflow.segments.models import Segment
from mailflow.segments.rules import field_facts, parse
from mailflow.segments.words import Catalogue, Group, Saved, Tree


def catalogue(session: Session) -> Catalogue:
    """Everything a tree may name."""
    lists = {row.slug: row.name for row in session.scalars(select(List).order_by(List.position, List.id))}
    saved = {row.id: Saved(row.id, row.name, row.tree) for row in session.scalars(select(Segment).order_by(Segment.id))}
    return Catalogue(tuple(field_facts(field) for field in fields(session)), lists, saved)


def read_tree(names: Catalogue, tree: Tree | Mapping[str, Any], *, own_id: int | None = None) -> Tree:
    """The tree that JSON means with these names, or TreeError; ``own_id`` is the segment it is saved as."""
    if isinstance(tree, Group):
        return tree
    return parse(tree, fields=names.fields, lists=names.lists, segments=names.segments, own_id=own_id)
