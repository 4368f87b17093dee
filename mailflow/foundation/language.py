"""The languages mailflow speaks, and texts that exist in several of them."""

from collections.abc import Mapping
from datetime import date
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


def date_in_words(day: date, language: str) -> str:
    """ "11 de noviembre de 2026" or "11 November 2026", as one says a date of birth."""
    _, months, between = _CALENDARS.get(language, _CALENDARS["en"])
    return between.join((str(day.day), months[day.month - 1], str(day.year)))


def day_in_words(day: date, language: str) -> str:
    """ "miércoles 11 de noviembre de 2026" or "Wednesday 11 November 2026", as CLDR has it: babel would need 5 MiB to say the same."""
    weekdays, months, between = _CALENDARS.get(language, _CALENDARS["en"])
    return between.join((f"{weekdays[day.weekday()]} {day.day}", months[day.month - 1], str(day.year)))


_CALENDARS = {
    "es": (
        ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
        ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
        " de ",
    ),
    "en": (
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
        " ",
    ),
}
