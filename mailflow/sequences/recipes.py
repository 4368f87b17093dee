"""The sequences that come with mailflow: what each is made of and what it is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.offers.ready import ensure_offer
from mailflow.sequences.models import Sequence, Step
from mailflow.sequences.words import Condition, StepKind, Trigger


@dataclass(frozen=True)
class Part:
    """One step of a recipe; ``title`` is what a mail is called on pages and in the outbox."""

    kind: StepKind
    settings: Mapping[str, Any] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """A ready sequence. Its first part is a mail."""

    slug: str
    trigger: Trigger
    name: Mapping[str, str]
    parts: tuple[Part, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    with_offer: bool = False


WELCOME = Recipe(
    slug="welcome",
    trigger=Trigger.CONFIRMED,
    name={"es": "Bienvenida y primera compra", "en": "Welcome and first purchase"},
    with_offer=True,
    parts=(
        Part(StepKind.MAIL, {"template": "welcome"}, {"es": "Bienvenida, con su código", "en": "Welcome, with a personal code"}),
        Part(StepKind.WAIT, {"before_code_ends_days": 3}),
        Part(StepKind.CONDITION, {"word": Condition.CODE_UNUSED}),
        Part(StepKind.MAIL, {"template": "welcome_reminder"}, {"es": "Tu código termina pronto", "en": "Your code ends soon"}),
    ),
)
REACTIVATION = Recipe(
    slug="reactivation",
    trigger=Trigger.QUIET,
    name={"es": "Reactivación", "en": "Reactivation"},
    settings={"quiet_days": 120},
    parts=(
        Part(StepKind.MAIL, {"template": "reactivation"}, {"es": "¿Seguimos en contacto?", "en": "Shall we stay in touch?"}),
        Part(StepKind.WAIT, {"days": 14}),
        Part(StepKind.CONDITION, {"word": Condition.STILL_QUIET}),
        Part(StepKind.MARK, {"word": "silent"}),
    ),
)
RECIPES: Mapping[str, Recipe] = {recipe.slug: recipe for recipe in (WELCOME, REACTIVATION)}
"""By slug; a new recipe is added here, and its mails' templates below templates/messages/."""


def ensure_recipes(session: Session, *, now: datetime) -> list[Sequence]:
    """One sequence for each recipe, switched off when new; what is there already is left as it is."""
    there = {sequence.recipe: sequence for sequence in session.scalars(select(Sequence))}
    return [there.get(slug) or _make(session, recipe, now) for slug, recipe in RECIPES.items()]


def _make(session: Session, recipe: Recipe, now: datetime) -> Sequence:
    sequence = Sequence(
        recipe=recipe.slug,
        trigger=recipe.trigger,
        settings=dict(recipe.settings),
        offer_id=ensure_offer(session, now=now).id if recipe.with_offer else None,
        created_at=now,
    )
    session.add(sequence)
    session.flush()
    for position, part in enumerate(recipe.parts):
        session.add(Step(sequence_id=sequence.id, position=position, kind=part.kind, settings=dict(part.settings)))
    session.flush()
    return sequence
