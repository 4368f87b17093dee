"""Texts that exist in each language, as forms carry them: name_es, name_en."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mailflow.foundation.language import LANGUAGES

LONGEST_SLUG = 40
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_words(form: MultiDict[str, str], name: str) -> dict[str, str]:
    """The text called ``name`` by language, without control characters and spaces at its ends; lines are kept."""
    return {language: _clean(form.get(f"{name}_{language}", "")) for language in LANGUAGES}


def check_words(words: dict[str, str], name: str, most: int, *, required: bool = True) -> dict[str, str]:
    """What is wrong with a text, by field name: every language needs it, since each reader sees her own."""
    problems = {}
    for language, text in words.items():
        if required and not text:
            problems[f"{name}_{language}"] = _("Write it in both languages: each reader sees their own.")
        elif len(text) > most:
            problems[f"{name}_{language}"] = _("At most %(count)s characters.", count=most)
    return problems


def check_slug(slug: str) -> dict[str, str]:
    """What is wrong with a part of an address."""
    if _SLUG.fullmatch(slug) and len(slug) <= LONGEST_SLUG:
        return {}
    return {"slug": _("Use small letters a to z, digits and hyphens, at most %(count)s.", count=LONGEST_SLUG)}


def slug_of(text: str) -> str:
    """A part of an address made from a name: "Mesa y jardín" gives "mesa-y-jardin"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")


def free_slug(words: Mapping[str, str], taken: Collection[str], *, otherwise: str) -> str:
    """A part of an address for who wrote none: from the first name that has letters, numbered where it is ``taken``."""
    base = next((slug for slug in map(slug_of, words.values()) if slug), otherwise)
    short = base[: LONGEST_SLUG - 4].strip("-")
    return next(slug for slug in (base, *(f"{short}-{number}" for number in range(2, 1000))) if slug not in taken)


def _clean(text: str) -> str:
    lines = ("".join(sign for sign in line if sign.isprintable()) for line in text.splitlines())
    return "\n".join(lines).strip()
