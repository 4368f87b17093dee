"""The mails of a sequence, as a sample reader would get them with the terms that hold now."""

from dataclasses import dataclass
from typing import Any

from babel.numbers import format_currency
from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mailflow.content.preview import sample_facts
from mailflow.content.words import Compiled, Source
from mailflow.foundation.language import LANGUAGES, known_language
from mailflow.offers.words import Terms
from mailflow.sequences import queries
from mailflow.sequences.change import terms
from mailflow.sequences.models import Sequence, Step
from mailflow.sequences.words import StepKind
from mailflow.studio import sequence_words as words
from mailflow.studio.company import company
from mailflow.studio.language import current_language
from mailflow.studio.looking import mail_page, sample_html
from mailflow.studio.pages.newsletters.mails import framed
from mailflow.studio.pages.newsletters.proofs import proof, shop_facts
from mailflow.studio.surroundings import current_database

_NAMES = {"es": "Español", "en": "English"}


@dataclass(frozen=True)
class Letter:
    """One step's mail in one language, with the sample reader's values."""

    sequence: Sequence
    step: Step
    compiled: Compiled
    facts: dict[str, Any]


def letter_page(recipe: str, position: int) -> str:
    """The mail as phone, desktop, dark and text, in either language."""
    letter = _read(recipe, position)
    name = words.name_of(letter.sequence)
    here: dict[str, Any] = {"recipe": recipe, "position": position, "view": request.args.get("view")}
    return mail_page(
        letter.compiled,
        letter.facts,
        title=words.step_words(letter.sequence, letter.step),
        crumbs=[(_("Sequences"), url_for("sequences.index")), (name, url_for("sequences.show", recipe=recipe))],
        frame="sequences.letter_content",
        languages=[(_NAMES[one], url_for("sequences.letter", **here, language=one), one == letter.compiled.language) for one in LANGUAGES],
    )


def letter_frame(recipe: str, position: int) -> Response:
    """The mail alone, for its frame."""
    letter = _read(recipe, position)
    return framed(sample_html(letter.compiled, letter.facts))


def _read(recipe: str, position: int) -> Letter:
    language = known_language(request.args.get("language")) or current_language()
    with current_database().read() as session:
        sequence = queries.sequence_named(session, recipe) or abort(404)
        wanted = select(Step).where(Step.sequence_id == sequence.id, Step.position == position, Step.kind == StepKind.MAIL)
        step = session.scalar(wanted) or abort(404)
        shop, promised = shop_facts(session), terms(session, sequence)
    made = proof(Source(template=step.settings["template"], kind="message", language=language, brand=shop), shop)
    return Letter(sequence, step, made.compiled or abort(404), _facts(language, shop, promised))


def _facts(language: str, shop: dict[str, str], promised: Terms | None) -> dict[str, Any]:
    """The sample reader's values, with what the sequence's offer promises now."""
    facts = sample_facts(language, shop)
    if promised is None:
        return facts
    space = "\N{NO-BREAK SPACE}" if language == "es" else ""
    own = {
        "value": f"{promised.value}{space}%",
        "minimum": _money(promised.minimum, language),
        "conditions": promised.conditions.get(language, ""),
    }
    return {**facts, "offer": {**facts["offer"], **own}}


def _money(cents: int, language: str) -> str:
    """As a mail writes it: whole amounts without their cents."""
    pattern = None if cents % 100 else {"es": "#,##0 ¤"}.get(language, "¤#,##0")
    return format_currency(cents / 100, company().currency, pattern, locale=language, currency_digits=cents % 100 != 0)
