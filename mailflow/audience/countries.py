"""The countries of the world, by ISO 3166-1 code, in both languages."""

import unicodedata
from typing import Any

_NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
"""Codes of CLDR for groups, for parts of countries and for the unknown."""
_FIRST = "ES"


def country_options() -> list[dict[str, Any]]:
    """The options of the field "country": Spain, then all others in the order of their Spanish names."""
    from babel import Locale  # noqa: PLC0415  # 5 MiB, which only the first start needs

    spanish, english = (Locale(language).territories for language in ("es", "en"))
    codes = [code for code in map(str, spanish) if len(code) == 2 and code not in _NO_COUNTRIES]
    codes.sort(key=lambda code: (code != _FIRST, _plain(spanish[code])))
    return [{"key": code, "label": {"es": spanish[code], "en": english[code]}} for code in codes]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
