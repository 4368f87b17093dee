"""Jinja filters that only reports need."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from mailflow.foundation.language import pick
from mailflow.studio.formats import capitalize_first
from mailflow.studio.language import current_language
from mailflow.studio.pages.reports.routes import blueprint


@blueprint.app_template_filter("round_cents")
def round_cents(cents: float | None) -> int | None:
    """An average of cents as whole cents."""
    return None if cents is None else round(cents)


@blueprint.app_template_filter("minus")
def minus(text: str) -> str:
    """A number with the sign for minus, which is as wide as the one for plus."""
    return text.replace("-", "\N{MINUS SIGN}")


@blueprint.app_template_filter("month")
def month(day: date) -> str:
    """The month of a day: "Noviembre de 2026"."""
    words = format_date(day, format={"es": "LLLL 'de' y", "en": "LLLL y"}[current_language()], locale=current_language())
    return capitalize_first(words)


@blueprint.app_template_filter("in_words")
def in_words(words: Mapping[str, str]) -> str:
    """A text kept in several languages, in the reader's."""
    return pick(words, current_language())
