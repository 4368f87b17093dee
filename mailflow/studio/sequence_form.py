"""Reads the settings of a sequence from its form, and says in words what is wrong with them."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from flask_babel import LazyString, lazy_gettext
from werkzeug.datastructures import MultiDict

from mailflow.foundation.language import LANGUAGES
from mailflow.offers.words import Terms
from mailflow.studio.language import current_language

PROBLEMS: dict[str, LazyString] = {
    "before_code_ends_days": lazy_gettext("Write a number of days from 1 to 60, and fewer than the code lasts."),
    "quiet_days": lazy_gettext("Write a number of days from 30 to 730."),
    "days": lazy_gettext("Write a number of days from 3 to 90."),
    "offer_value": lazy_gettext("Write a whole percentage from 1 to 100."),
    "offer_minimum": lazy_gettext("Write an amount such as 40 or 39.90, or 0 for none."),
    "offer_days": lazy_gettext("Write a number of days from 1 to 365."),
    "offer_conditions_es": lazy_gettext("Write the conditions in Spanish, in up to 1,000 characters."),
    "offer_conditions_en": lazy_gettext("Write the conditions in English, in up to 1,000 characters."),
}

_MONEY = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,2})?")
_WHOLE = re.compile(r"[0-9]{1,6}")
_UNREADABLE = -1
"""Stands for what is no number: out of every bound, so the verb refuses it."""


def typed_of(days: Mapping[str, int], terms: Terms | None) -> dict[str, str]:
    """The form's fields as they stand now."""
    typed = {key: str(value) for key, value in days.items()}
    if terms:
        typed |= {"offer_value": str(terms.value), "offer_minimum": _written(terms.minimum), "offer_days": str(terms.days)}
        typed |= {f"offer_conditions_{language}": text for language, text in terms.conditions.items()}
    return typed


def read_days(form: MultiDict[str, str], keys: Iterable[str]) -> dict[str, int]:
    """The days typed, by setting."""
    return {key: _whole(form.get(key, "")) for key in keys}


def read_terms(form: MultiDict[str, str]) -> Terms:
    """The offer's terms as typed."""
    conditions = {language: form.get(f"offer_conditions_{language}", "") for language in LANGUAGES}
    return Terms(_whole(form.get("offer_value", "")), _cents(form.get("offer_minimum", "")), _whole(form.get("offer_days", "")), conditions)


def _written(cents: int) -> str:
    """An amount for a field: no thousands, no zero cents, the reader's decimal sign."""
    whole, rest = divmod(cents, 100)
    return f"{whole}{',' if current_language() == 'es' else '.'}{rest:02}" if rest else str(whole)


def _whole(text: str) -> int:
    return int(text.strip()) if _WHOLE.fullmatch(text.strip()) else _UNREADABLE


def _cents(text: str) -> int:
    """Both ways of writing decimals are understood, with a currency sign or without."""
    bare = text.strip().strip("€$£").strip()
    return int(Decimal(bare.replace(",", ".")) * 100) if _MONEY.fullmatch(bare) else _UNREADABLE
