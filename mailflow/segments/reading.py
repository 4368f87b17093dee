"""Reading the parts of a condition: which keys it may have, and a refusal that knows where it stands. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mailflow.segments import values
from mailflow.segments.values import RefusedError
from mailflow.segments.words import Often, Window

Raw: TypeAlias = Mapping[str, Any]


class MisplacedError(RefusedError):
    """A value refused, with the key it stands under."""

    def __init__(self, key: str, problem: RefusedError) -> None:
        super().__init__(problem.reason, **problem.facts)
        self.key = key


def under(key: str, check: Callable[..., Any], *arguments: Any) -> Any:
    """What ``check`` makes of the arguments; a refusal is told with the key."""
    try:
        return check(*arguments)
    except RefusedError as problem:
        raise MisplacedError(key, problem) from problem


def only(raw: Raw, *keys: str) -> None:
    """Refuse a condition that has other keys than these."""
    for key in raw:
        if key not in keys:
            raise MisplacedError(str(key)[:40], RefusedError("extra", key=str(key)[:40]))


def inner(raw: Raw, key: str, *keys: str) -> Raw:
    """The object under a key, which has no other keys than these."""
    only(raw, key)
    found = raw[key]
    if not isinstance(found, Mapping):
        raise MisplacedError(key, RefusedError("condition"))
    only(found, *keys)
    return found


def window(raw: Any) -> Window:
    """{"within_days": 30} or {"before_days": 30}."""
    if not isinstance(raw, Mapping) or len(raw) != 1 or next(iter(raw)) not in ("within_days", "before_days"):
        raise RefusedError("window")
    ((word, count),) = raw.items()
    return Window(values.days(count), within=word == "within_days")


def days_of(raw: Raw) -> int | None:
    """How far back it looks; None is for ever."""
    return under("within_days", values.days, raw["within_days"]) if "within_days" in raw else None


OFTEN = ("at_least", "at_most", "exactly", "never")


def often(raw: Raw, *, usual: int | None = None, most: int = values.MOST_TIMES) -> Often:
    """One of the four ways to say how often; without any, ``usual`` times or more."""
    said = [key for key in OFTEN if key in raw]
    if len(said) > 1 or (not said and usual is None) or ("never" in raw and raw["never"] is not True):
        raise MisplacedError(said[-1] if said else "at_least", RefusedError("often"))
    way = said[0] if said else "at_least"
    if way == "never":
        return Often(0, 0)
    number = under(way, values.whole, raw.get(way, usual), 1 if way == "at_least" else 0, most)
    return {"at_least": Often(number), "at_most": Often(0, number), "exactly": Often(number, number)}[way]


def amount(raw: Raw, key: str) -> Often:
    """At least or at most so many cents."""
    if len([way for way in ("at_least", "at_most") if way in raw]) != 1:
        raise MisplacedError(f"{key}.at_least", RefusedError("amount"))
    way = "at_least" if "at_least" in raw else "at_most"
    cents = under(f"{key}.{way}", values.cents, raw[way], 1 if way == "at_least" else 0)
    return Often(cents) if way == "at_least" else Often(0, cents)
