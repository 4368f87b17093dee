"""The segments every installation starts with: useful as they are, and examples to copy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.models import Segment
from mailflow.segments.words import TreeError

Tree = Mapping[str, Any]

ASLEEP_DAYS = 120

READY: Mapping[str, tuple[Mapping[str, str], Tree]] = {
    "top-engagers": (
        {"es": "Los más implicados", "en": "Top engagers"},
        {"all": [{"top": {"share": 0.1, "within_days": 90}}]},
    ),
    "asleep": (
        {"es": "Dormidos", "en": "Asleep"},
        {
            "all": [
                {"joined": {"before_days": ASLEEP_DAYS}},
                {"did": "clicked", "never": True, "within_days": ASLEEP_DAYS},
                {"did": "ordered", "never": True, "within_days": ASLEEP_DAYS},
            ]
        },
    ),
    "new-this-month": (
        {"es": "Nuevos en 30 días", "en": "New in 30 days"},
        {"all": [{"joined": {"within_days": 30}}]},
    ),
    "never-bought": (
        {"es": "Nunca han comprado", "en": "Never bought"},
        {"all": [{"did": "ordered", "never": True}]},
    ),
    "bought-90-days": (
        {"es": "Compraron en 90 días", "en": "Bought in 90 days"},
        {"all": [{"did": "ordered", "at_least": 1, "within_days": 90}]},
    ),
    "first-time-buyers": (
        {"es": "Con una sola compra", "en": "First-time buyers"},
        {"all": [{"did": "ordered", "at_least": 1}, {"none": [{"did": "ordered", "at_least": 2}]}]},
    ),
    "interested": (
        {"es": "Hacen clic y no compran", "en": "Click but do not buy"},
        {
            "all": [
                {"did": "clicked", "at_least": 2, "within_days": 30},
                {"did": "ordered", "never": True, "within_days": 30},
            ]
        },
    ),
    "birthday-soon": (
        {"es": "Cumplen años en 7 días", "en": "Birthday in 7 days"},
        {"all": [{"field": "birth_date", "is": "birthday-within-days", "value": 7}]},
    ),
}


def ensure_ready(session: Session, *, now: datetime) -> None:
    """Add the ready segments that are missing; one whose fields this installation lacks is left out."""
    names = catalogue(session)
    there = set(session.scalars(select(Segment.slug).where(Segment.slug.is_not(None))))
    for slug, (name, tree) in READY.items():
        if slug not in there and _fits(names, tree):
            session.add(Segment(slug=slug, name=dict(name), tree=dict(tree), created_at=now, changed_at=now))
    session.flush()


def _fits(names: Any, tree: Tree) -> bool:
    try:
        read_tree(names, tree)
    except TreeError:
        return False
    return True
