"""Reads one condition: which keys it may have, and what each must hold. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from mailflow.audience.words import Consent, SourceClass, SubscriptionState, Tracking
from mailflow.foundation.language import LANGUAGES
from mailflow.segments import grammar_deeds, values
from mailflow.segments.reading import MisplacedError, Raw, only, under, window
from mailflow.segments.sources import SOURCES
from mailflow.segments.values import RefusedError
from mailflow.segments.words import (
    NOT_IN_LIST,
    Agreed,
    CameBy,
    CameFrom,
    Catalogue,
    Condition,
    FieldFacts,
    FieldTest,
    Fixed,
    Joined,
    Membership,
    Op,
    Speaks,
    Tracked,
    Value,
    ops_of,
)

PURPOSES = tuple(one for one in Consent if one is not Consent.NEWSLETTER)
"""What a condition can ask about; agreeing to a newsletter is being in its list."""


def read_condition(word: str, raw: Raw, catalogue: Catalogue) -> Condition:
    """The condition named by ``word``, a key of READERS; raises MisplacedError or RefusedError."""
    read = READERS.get(word) or SOURCES[word].read
    found: Condition = read(raw, catalogue)
    return found


def word_of(raw: Raw) -> str | None:
    """The word by which a condition is known."""
    return next((word for word in (*READERS, *SOURCES) if word in raw), None)


def _field(raw: Raw, catalogue: Catalogue) -> FieldTest:
    only(raw, "field", "is", "value")
    facts = next((field for field in catalogue.fields if field.key == raw["field"]), None)
    if facts is None:
        raise MisplacedError("field", RefusedError("field", key=str(raw["field"])[:40]))
    allowed = ops_of(facts.key, facts.kind)
    said = raw.get("is")
    if not isinstance(said, str) or said not in allowed:
        raise MisplacedError("is", RefusedError("op", op=str(said)[:40], ops=", ".join(allowed)))
    op = Op(said)
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        only(raw, "field", "is")
        return FieldTest(facts, op, None)
    return FieldTest(facts, op, under("value", _value, facts, op, raw.get("value")))


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
    only(raw, "list", "is")
    slug = under("list", values.text, raw["list"])
    if catalogue.lists is not None and slug not in catalogue.lists:
        raise MisplacedError("list", RefusedError("list", key=slug[:40]))
    if raw.get("is") not in (*SubscriptionState, NOT_IN_LIST):
        raise MisplacedError("is", RefusedError("state"))
    return Membership(slug, (catalogue.lists or {}).get(slug) or {"es": slug}, raw["is"])


def _language(raw: Raw, _: Catalogue) -> Speaks:
    only(raw, "language")
    if raw["language"] not in LANGUAGES:
        raise MisplacedError("language", RefusedError("language"))
    return Speaks(raw["language"])


def _source(raw: Raw, _: Catalogue) -> CameFrom:
    only(raw, "source")
    return CameFrom(under("source", values.options, raw["source"], tuple(SourceClass)))


def _joined(raw: Raw, _: Catalogue) -> Joined:
    only(raw, "joined")
    return Joined(under("joined", window, raw["joined"]))


def _consent(raw: Raw, _: Catalogue) -> Agreed:
    only(raw, "consent", "is")
    if not isinstance(raw["consent"], str) or raw["consent"] not in PURPOSES:
        raise MisplacedError("consent", RefusedError("option", key=str(raw["consent"])[:40]))
    if raw.get("is") not in ("given", "not-given"):
        raise MisplacedError("is", RefusedError("given"))
    return Agreed(raw["consent"], raw["is"] == "given")


def _tracking(raw: Raw, _: Catalogue) -> Tracked:
    only(raw, "tracking")
    return Tracked(under("tracking", values.options, raw["tracking"], tuple(Tracking)))


def _origin(raw: Raw, _: Catalogue) -> CameBy:
    only(raw, "origin")
    if not isinstance(raw["origin"], list) or not raw["origin"]:
        raise MisplacedError("origin", RefusedError("options"))
    return CameBy(tuple(dict.fromkeys(under("origin", values.text, one) for one in raw["origin"])))


def _fixed(raw: Raw, catalogue: Catalogue) -> Fixed:
    only(raw, "fixed")
    number = raw["fixed"]
    if isinstance(number, bool) or not isinstance(number, int) or number not in catalogue.segments:
        raise MisplacedError("fixed", RefusedError("segment", key=str(number)[:40]))
    return Fixed(number)


READERS: Mapping[str, Callable[[Raw, Catalogue], Any]] = {
    "field": _field,
    "list": _list,
    "language": _language,
    "source": _source,
    "origin": _origin,
    "consent": _consent,
    "tracking": _tracking,
    "joined": _joined,
    "fixed": _fixed,
    **grammar_deeds.READERS,
}
"""The word that makes a condition what it is, and who reads it; "segment" is read with the tree, since it is one."""
