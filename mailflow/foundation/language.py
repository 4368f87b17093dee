"""The languages mailflow speaks, and texts that exist in several of them."""

from collections.abc import Mapping
from typing import TypeAlias

LANGUAGES = ("es", "en")
DEFAULT_LANGUAGE = "es"

Words: TypeAlias = Mapping[str, str]
"""The same text by language, as {"es": "Mujer", "en": "Woman"}."""


def pick(words: Words, language: str) -> str:
    """The text in ``language``, else in the default language, else in any; empty when there is none."""
    return words.get(language) or words.get(DEFAULT_LANGUAGE) or next((text for text in words.values() if text), "")


def known_language(code: str | None) -> str | None:
    """The supported language that a code such as "en-GB" means, or None."""
    short = (code or "").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else None
