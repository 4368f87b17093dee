"""Values of a profile as a mail says them: choices, days and amounts in the reader's words."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from mailflow.audience.words import FieldKind
from mailflow.foundation.language import Words, date_in_words, pick

KEYS_ONLY = frozenset({"sex", "interests"})
"""These stay keys, so that {% if subscriber.sex == "f" %} holds in every language."""
_OWN_WORDS = frozenset({FieldKind.DATE, FieldKind.MONEY, FieldKind.NUMBER})


class Worded(Protocol):
    """What is needed of a field of the registry to say its values."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def labels(self) -> Mapping[str, Words]: ...  # noqa: D102
    @property
    def currency(self) -> str: ...  # noqa: D102


def is_worded(field: Worded) -> bool:
    """Whether its values are said otherwise than they are kept."""
    return field.key not in KEYS_ONLY and (bool(field.labels) or field.kind in _OWN_WORDS)


def worded(field: Worded, value: Any, language: str) -> Any:
    """A value of a field that ``is_worded``: "Sevilla" for ES-SE, "14 March 1988", "€12.50"; numbers stay numbers, 3.0 is 3."""
    if isinstance(value, list):
        return [worded(field, each, language) for each in value]
    if field.kind == FieldKind.DATE:
        return date_in_words(value, language)
    if field.kind == FieldKind.MONEY:
        return amount_in_words(int(value), field.currency, language)
    if field.kind == FieldKind.NUMBER:
        return int(value) if value == int(value) else value
    return pick(field.labels[value], language) if isinstance(value, str) and value in field.labels else value


@lru_cache(maxsize=512)
def amount_in_words(cents: int, currency: str, language: str) -> str:
    """ "12,50 €" or "€12.50"; whole amounts without cents."""
    from babel.numbers import format_currency  # noqa: PLC0415  # 5 MiB, which only mails with an amount need

    whole = "#,##0 ¤" if language == "es" else "¤#,##0"
    pattern = whole if cents % 100 == 0 else None
    return format_currency(cents / 100, currency, pattern, locale=language, currency_digits=cents % 100 != 0)
