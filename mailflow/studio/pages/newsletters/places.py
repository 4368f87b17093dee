"""Where in a newsletter something is wrong, by the words that stand beside the box."""

from flask_babel import gettext as _

from mailflow.content.words import Fault, Template
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language


def told(fault: Fault, design: Template | None) -> str:
    """The fault with its place before it: "Subject: …"; alone where it names its place itself."""
    words, place = pick(fault.message, current_language()), place_name(fault.where, design)
    return words if not place or place.casefold() in words.casefold() else f"{place}: {words}"


def place_name(where: str, design: Template | None) -> str:
    """What the editor calls the place that a fault names ("subject", "slots.hero.alt", "hero"); empty where it has no name for it."""
    own = {"subject": _("Subject"), "preheader": _("Text beside the subject"), "mjml": _("Source")}
    if where in own:
        return str(own[where])
    steps = where.removeprefix("slots.").split(".")
    label = next((slot.label for slot in design.slots if slot.key == steps[0]), None) if design else None
    if label is None:
        return ""
    name = pick(label, current_language())
    if len(steps) > 1 and steps[1].isdigit():
        return str(_("%(label)s, product %(number)s", label=name, number=int(steps[1]) + 1))
    return name
