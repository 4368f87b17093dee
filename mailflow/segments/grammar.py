"""Reads one condition: which keys it may have, and what each must hold. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mailflow.audience.words import SourceClass, SubscriptionState
from mailflow.foundation.language import LANGUAGES
from mailflow.segments import values
from mailflow.segments.values import RefusedError
from mailflow.segments.words import (
    NOT_IN_LIST,
    CameFrom,
    Catalogue,
    Condition,
    Deed,
    Did,
    FieldFacts,
    FieldTest,
    Joined,
    LastOrder,
    Membership,
    Op,
    Silent,
    Speaks,
    Spent,
    Top,
    Value,
    Window,
    ops_of,
)

Raw: TypeAlias = Mapping[str, Any]


class MisplacedError(RefusedError):
    """A value refused, with the key it stands under."""

    def __init__(self, key: str, problem: RefusedError) -> None:
        super().__init__(problem.reason, **problem.facts)
        self.key = key


def read_condition(word: str, raw: Raw, catalogue: Catalogue) -> Condition:
    """The condition named by ``word``, a key of READERS; raises MisplacedError or RefusedError."""
    return READERS[word](raw, catalogue)


def _under(key: str, check: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return check(*arguments)
    except RefusedError as problem:
        raise MisplacedError(key, problem) from problem


def _only(raw: Raw, *keys: str) -> None:
    for key in raw:
        if key not in keys:
            raise MisplacedError(str(key)[:40], RefusedError("extra", key=str(key)[:40]))


def _field(raw: Raw, catalogue: Catalogue) -> FieldTest:
    _only(raw, "field", "is", "value")
    facts = next((field for field in catalogue.fields if field.key == raw["field"]), None)
    if facts is None:
        raise MisplacedError("field", RefusedError("field", key=str(raw["field"])[:40]))
    allowed = ops_of(facts.key, facts.kind)
    said = raw.get("is")
    if not isinstance(said, str) or said not in allowed:
        raise MisplacedError("is", RefusedError("op", op=str(said)[:40], ops=", ".join(allowed)))
    op = Op(said)
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        _only(raw, "field", "is")
        return FieldTest(facts, op, None)
    return FieldTest(facts, op, _under("value", _value, facts, op, raw.get("value")))


def _value(field: FieldFacts, op: Op, raw: Any) -> Value:
    if op is Op.AGE_BETWEEN:
        return values.pair(raw, values.age)
    if op is Op.BIRTHDAY:
        return values.birthday_days(raw)
    if field.kind in ("one-of", "place", "many-of"):
        return values.options(raw, field.options)
    check = _SINGLE[field.kind]
    return values.pair(raw, check) if op is Op.BETWEEN else check(raw)


_SINGLE: Mapping[str, Callable[[Any], Any]] = {
    "string": values.text,
    "city": values.text,
    "telephone": values.text,
    "number": values.number,
    "money": values.cents,
    "date": values.day,
    "boolean": values.boolean,
}


def _list(raw: Raw, catalogue: Catalogue) -> Membership:
    _only(raw, "list", "is")
    slug = _under("list", values.text, raw["list"])
    if catalogue.lists is not None and slug not in catalogue.lists:
        raise MisplacedError("list", RefusedError("list", key=slug[:40]))
    if raw.get("is") not in (*SubscriptionState, NOT_IN_LIST):
        raise MisplacedError("is", RefusedError("state"))
    return Membership(slug, (catalogue.lists or {}).get(slug) or {"es": slug}, raw["is"])


def _language(raw: Raw, _: Catalogue) -> Speaks:
    _only(raw, "language")
    if raw["language"] not in LANGUAGES:
        raise MisplacedError("language", RefusedError("language"))
    return Speaks(raw["language"])


def _source(raw: Raw, _: Catalogue) -> CameFrom:
    _only(raw, "source")
    return CameFrom(_under("source", values.options, raw["source"], tuple(SourceClass)))


def _joined(raw: Raw, _: Catalogue) -> Joined:
    _only(raw, "joined")
    return Joined(_under("joined", _window, raw["joined"]))


def _last_order(raw: Raw, _: Catalogue) -> LastOrder:
    _only(raw, "last_order")
    return LastOrder(_under("last_order", _window, raw["last_order"]))


def _window(raw: Any) -> Window:
    if not isinstance(raw, Mapping) or len(raw) != 1 or next(iter(raw)) not in ("within_days", "before_days"):
        raise RefusedError("window")
    ((word, count),) = raw.items()
    return Window(values.days(count), within=word == "within_days")


def _did(raw: Raw, _: Catalogue) -> Did:
    _only(raw, "did", "at_least", "never", "within_days", "mailing")
    if not isinstance(raw["did"], str) or raw["did"] not in tuple(Deed):
        raise MisplacedError("did", RefusedError("deed"))
    mailing = _under("mailing", values.whole, raw["mailing"], 1, values.MOST_ID) if "mailing" in raw else None
    return Did(Deed(raw["did"]), _often(raw), _days_of(raw), mailing)


def _often(raw: Raw) -> int:
    if "never" not in raw:
        times: int = _under("at_least", values.whole, raw.get("at_least", 1), 1, values.MOST_TIMES)
        return times
    if raw["never"] is not True or "at_least" in raw:
        raise MisplacedError("never", RefusedError("often"))
    return 0


def _days_of(raw: Raw) -> int | None:
    return _under("within_days", values.days, raw["within_days"]) if "within_days" in raw else None


def _spent(raw: Raw, _: Catalogue) -> Spent:
    _only(raw, "spent")
    inner = _inner(raw, "spent", "at_least", "within_days")
    return Spent(_under("spent.at_least", values.whole, inner.get("at_least"), 1, values.MOST_CENTS), _days_of(inner))


def _top(raw: Raw, _: Catalogue) -> Top:
    _only(raw, "top")
    inner = _inner(raw, "top", "share", "within_days")
    share = _under("top.share", values.permille, inner.get("share"))
    return Top(share, _under("top.within_days", values.days, inner.get("within_days")))


def _inner(raw: Raw, key: str, *keys: str) -> Raw:
    inner = raw[key]
    if not isinstance(inner, Mapping):
        raise MisplacedError(key, RefusedError("condition"))
    _only(inner, *keys)
    return inner


def _silent(raw: Raw, _: Catalogue) -> Silent:
    _only(raw, "silent")
    return Silent(_under("silent", values.boolean, raw["silent"]))


READERS: Mapping[str, Callable[[Raw, Catalogue], Condition]] = {
    "field": _field,
    "list": _list,
    "language": _language,
    "source": _source,
    "joined": _joined,
    "did": _did,
    "spent": _spent,
    "last_order": _last_order,
    "top": _top,
    "silent": _silent,
}
"""The word that makes a condition what it is, and who reads it; "segment" is read with the tree, since it is one."""
