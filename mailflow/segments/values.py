"""Checks of single values in a tree: pure, each returns the value as the compiler wants it or raises RefusedError."""

import math
import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any, TypeVar

from mailflow.segments.words import LONGEST_TEXT, MOST_DAYS

T = TypeVar("T")

MOST_TIMES = 1000
MOST_CENTS = 1_000_000_000
MOST_ID = 2**31 - 1
LARGEST_NUMBER = 1e15
OLDEST_AGE = 130
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class RefusedError(ValueError):
    """A value that does not fit: the fault's reason and the facts of its sentence."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


def text(raw: Any) -> str:
    """A short text without control characters or halves of surrogate pairs, which no database takes."""
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_TEXT or not raw.isprintable():
        raise RefusedError("text", most=LONGEST_TEXT)
    return raw.strip()


def number(raw: Any) -> float:
    """A finite number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise RefusedError("number")
    # compared before it is turned to a float: an endless integer would overflow
    if (isinstance(raw, float) and not math.isfinite(raw)) or abs(raw) > LARGEST_NUMBER:
        raise RefusedError("number")
    return float(raw)


def whole(raw: Any, least: int, most: int) -> int:
    """A whole number between two others, both included."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        raise RefusedError("whole", least=least, most=most)
    return raw


def cents(raw: Any, least: int = -MOST_CENTS) -> int:
    """An amount in whole cents, owed ones below nothing."""
    try:
        return whole(raw, least, MOST_CENTS)
    except RefusedError:
        raise RefusedError("money") from None


def days(raw: Any) -> int:
    """A number of days to look back."""
    return whole(raw, 1, MOST_DAYS)


def day(raw: Any) -> date:
    """A calendar day, from the twentieth century on."""
    if not isinstance(raw, str) or not _DAY.fullmatch(raw) or not raw.isascii():
        raise RefusedError("date")
    try:
        found = date.fromisoformat(raw)
    except ValueError as problem:
        raise RefusedError("date") from problem
    if found.year < 1900:
        raise RefusedError("date")
    return found


def permille(raw: Any) -> int:
    """A share between 0.001 and 1, in thousandths: whole numbers compare exactly in every database."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0.001 <= raw <= 1:
        raise RefusedError("share")
    return round(raw * 1000)


def boolean(raw: Any) -> bool:
    """True or false, nothing that merely looks like it."""
    if not isinstance(raw, bool):
        raise RefusedError("boolean")
    return raw


def pair(raw: Any, check: Callable[[Any], T]) -> tuple[T, T]:
    """Two values in order, each passing ``check``."""
    if not isinstance(raw, list) or len(raw) != 2:
        raise RefusedError("pair")
    low, high = check(raw[0]), check(raw[1])
    if high < low:  # type: ignore[operator]  # numbers or days
        raise RefusedError("pair")
    return low, high


def options(raw: Any, known: Collection[str]) -> tuple[str, ...]:
    """Known options, each once, in the order given."""
    if not isinstance(raw, list) or not raw:
        raise RefusedError("options")
    for key in raw:
        if not isinstance(key, str) or key not in known:
            raise RefusedError("option", key=str(key)[:40])
    return tuple(dict.fromkeys(raw))


def age(raw: Any) -> int:
    """An age in years."""
    return whole(raw, 0, OLDEST_AGE)


def birthday_days(raw: Any) -> int:
    """How far ahead a birthday may be; 0 is today."""
    return whole(raw, 0, 366)
