"""Writing a newsletter: begun from a template, kept as typed even when faulty, copied, thrown away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mailflow.content import library
from mailflow.content.expand import LONGEST_SOURCE
from mailflow.content.faults import fault
from mailflow.content.filling import clean, faults_of, shaped
from mailflow.content.models import Newsletter
from mailflow.content.words import CompileError, Fault, Template

LONGEST_NAME = 200
LONGEST_WHOLE = 1_000_000
"""Characters of a whole newsletter; its parts may hold LONGEST_SOURCE each."""


def create(
    session: Session, *, name: str, template: str, language: str, now: datetime, words: Mapping[str, Any] | None = None
) -> Newsletter:
    """A new newsletter from the template with that slug; CompileError where there is none.

    ``words`` ({"subject", "preheader", "slots"}, such as the template's sample) fill it at the start; slots not
    among them get the template's own default in ``language``.
    """
    design = library.template(template, "newsletter")
    given = words or {}
    filled = {slot.key: slot.default.get(language) for slot in design.slots} | dict(given.get("slots") or {})
    newsletter = Newsletter(
        name=clean(name).strip()[:LONGEST_NAME],
        template=template,
        language=language,
        subject=clean(given.get("subject")).strip(),
        preheader=clean(given.get("preheader")).strip(),
        slots={slot.key: shaped(slot, filled[slot.key]) for slot in design.slots},
        mjml="",
        created_at=now,
        changed_at=now,
    )
    session.add(newsletter)
    session.flush()
    return newsletter


def save(
    session: Session,
    newsletter: Newsletter,
    *,
    subject: str,
    preheader: str,
    slots: Mapping[str, Any],
    mjml: str | None = None,
    now: datetime,
) -> list[Fault]:
    """Keep what was typed, faulty or not, and say what is wrong with it; slots that are not given stay as they were.

    Only what is too long for any mail is refused: then nothing is kept, and ``too_long`` is what is answered.
    ``mjml`` None leaves the newsletter's own source alone; empty goes back to the template. Compiling, which
    finds more, belongs outside the transaction.
    """
    if refused := too_long(subject=subject, preheader=preheader, slots=slots, mjml=mjml or ""):
        return refused
    design = design_of(newsletter)
    known = design.slots if design else ()
    newsletter.subject = clean(subject).strip()
    newsletter.preheader = clean(preheader).strip()
    newsletter.slots = {**newsletter.slots, **{slot.key: shaped(slot, slots[slot.key]) for slot in known if slot.key in slots}}
    if mjml is not None:
        newsletter.mjml = clean(mjml)
    newsletter.changed_at = now
    session.flush()
    return faults(newsletter)


def too_long(*, subject: str, preheader: str, slots: Mapping[str, Any], mjml: str = "") -> list[Fault]:
    """What of the typed text is longer than a mail can be, each alone and then all together."""
    limit = LONGEST_SOURCE // 1000
    sizes = {"subject": len(subject), "preheader": len(preheader), "mjml": len(mjml)}
    sizes |= {f"slots.{key}": _length(value) for key, value in slots.items()}
    long = [fault("too-long", where, size=size // 1000, limit=limit) for where, size in sizes.items() if size > LONGEST_SOURCE]
    whole = sum(sizes.values())
    return long or ([fault("too-long-whole", "slots", size=whole // 1000, limit=LONGEST_WHOLE // 1000)] if whole > LONGEST_WHOLE else [])


def _length(value: Any) -> int:
    """Characters of a slot's value, whatever its shape."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return len(value) if isinstance(value, str) else sum(_length(one) for one in inner)


def faults(newsletter: Newsletter) -> list[Fault]:
    """What keeps this newsletter from being sent, as far as can be told without compiling it."""
    design = design_of(newsletter)
    missing = [] if design else [fault("no-template", "template", None, name=newsletter.template)]
    return missing + faults_of(design, newsletter.subject, newsletter.preheader, newsletter.slots)


def rename(session: Session, newsletter: Newsletter, name: str, *, language: str | None = None, now: datetime) -> bool:
    """Give it another name, and its mail another language if one is given; False, and nothing changed, where the name is empty."""
    wanted = clean(name).strip()[:LONGEST_NAME]
    if not wanted:
        return False
    newsletter.name = wanted
    newsletter.language = language or newsletter.language
    newsletter.changed_at = now
    session.flush()
    return True


def duplicate(session: Session, newsletter: Newsletter, *, name: str, now: datetime) -> Newsletter:
    """A newsletter of its own with the same words."""
    copy = Newsletter(
        name=name,
        template=newsletter.template,
        language=newsletter.language,
        subject=newsletter.subject,
        preheader=newsletter.preheader,
        slots=newsletter.slots,
        mjml=newsletter.mjml,
        created_at=now,
        changed_at=now,
    )
    session.add(copy)
    session.flush()
    return copy


def delete(session: Session, newsletter: Newsletter) -> None:
    """Throw it away; the caller has made sure that no campaign uses it (the database refuses otherwise)."""
    session.delete(newsletter)
    session.flush()


def design_of(newsletter: Newsletter) -> Template | None:
    """The template that it was begun from; None when somebody took it out of the library since."""
    try:
        return library.template(newsletter.template, "newsletter")
    except CompileError:
        return None
