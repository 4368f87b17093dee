"""Sequences in words a person uses: their steps, what brings people in, and why somebody went no further."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString, lazy_gettext, ngettext
from flask_babel import gettext as _

from mailflow.foundation.language import pick
from mailflow.sequences.models import Sequence, Step
from mailflow.sequences.recipes import RECIPES
from mailflow.sequences.words import Condition, StepKind, Trigger
from mailflow.studio.language import current_language

END_REASONS: dict[str, LazyString] = {
    "left": lazy_gettext("left the list"),
    "code-used": lazy_gettext("had already used the code"),
    "code-ended": lazy_gettext("the code had ended"),
    "no-code": lazy_gettext("had no code"),
    "answered": lazy_gettext("answered: clicked, bought or changed preferences"),
    "not-reached": lazy_gettext("no mail had arrived"),
}
"""Why somebody went no further; each holds for one person and for many."""

KINDS: dict[str, tuple[str, LazyString]] = {
    StepKind.MAIL: ("mail", lazy_gettext("Message, at once")),
    StepKind.WAIT: ("clock", lazy_gettext("Wait")),
    StepKind.CONDITION: ("git-branch", lazy_gettext("Condition")),
    StepKind.MARK: ("user-minus", lazy_gettext("Mark")),
}
"""A step's icon, and the word for its kind."""

_CONDITIONS: dict[str, LazyString] = {
    Condition.CODE_UNUSED: lazy_gettext("Is the code still unused?"),
    Condition.STILL_QUIET: lazy_gettext("Still neither a click nor an order?"),
}


def name_of(sequence: Sequence) -> str:
    """The sequence's name for the reader."""
    return recipe_name(sequence.recipe)


def recipe_name(recipe: str) -> str:
    """The name, for the reader, of the sequence that a recipe makes."""
    return pick(RECIPES[recipe].name, current_language())


def what_it_does(sequence: Sequence, days: Mapping[str, int], code_days: int | None) -> str:
    """One or two sentences: to whom it writes, when, and what follows."""
    if sequence.trigger == Trigger.QUIET:
        once = _(
            "Writes once to whoever has neither clicked nor bought for %(days)s days, "
            "and marks those who stay silent for %(more)s days more.",
            days=days["quiet_days"],
            more=days["days"],
        )
        return str(once)
    welcome = _(
        "Leaves as soon as somebody confirms their first list. Each code belongs to one person and lasts %(days)s days; "
        "who has not used it is reminded once.",
        days=code_days,
    )
    return str(welcome)


def trigger_words(sequence: Sequence, days: Mapping[str, int]) -> str:
    """What brings a person in."""
    if sequence.trigger == Trigger.QUIET:
        return str(_("Somebody has neither clicked nor bought for %(days)s days", days=days["quiet_days"]))
    return str(_("Somebody confirms their first list"))


def step_words(sequence: Sequence, step: Step) -> str:
    """What happens at a step."""
    if step.kind == StepKind.MAIL:
        return pick(RECIPES[sequence.recipe].parts[step.position].title, current_language())
    if step.kind == StepKind.WAIT:
        return _wait_words(step.settings)
    if step.kind == StepKind.CONDITION:
        return str(_CONDITIONS[step.settings["word"]])
    return str(_("Silent: newsletters leave this person in peace"))


def _wait_words(settings: Mapping[str, Any]) -> str:
    if "before_code_ends_days" in settings:
        days = settings["before_code_ends_days"]
        return str(ngettext("Until %(num)s day before the code ends, at 10:00", "Until %(num)s days before the code ends, at 10:00", days))
    return str(ngettext("%(num)s day", "%(num)s days", settings["days"]))
