"""Which personal tag fails for a reader, and which of her values it asks for: told in words, after a mail could not be made."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailflow.content.faults import fault
from mailflow.content.fragments import Fragments
from mailflow.content.liquid_words import is_limit, tag_at
from mailflow.content.parts import Part
from mailflow.content.personalise import Personaliser
from mailflow.content.words import Fault

_MOST_FIELDS = 5
_FIELD = re.compile(r"\bsubscriber\.(\w+)")
_ZERO = re.compile(r"divi\w+.* by (?:0|zero)|modulo by zero")
_KIND = re.compile(r"not supported between|expected an? |can't sort")


@dataclass(frozen=True)
class Blame:
    """What is wrong, and the keys of the reader's values that the failing tag may ask for."""

    fault: Fault
    fields: tuple[str, ...] = ()


def blame(personaliser: Personaliser, facts: Mapping[str, Any], error: Exception) -> Blame:
    """The first piece of the mail that fails with these facts; where all can be written, ``error`` came from elsewhere."""
    for where, part in _pieces(personaliser):
        try:
            part.text(facts)
        except Exception as found:
            return _of_part(where, part, found)
    return Blame(fault("not-made", type(error).__name__))


def _pieces(personaliser: Personaliser) -> Iterator[tuple[str, Part]]:
    fragments: Mapping[str, Fragments] = personaliser.fragments
    return ((where, part) for where, one in fragments.items() for part in one.parts if not isinstance(part, str))


def _of_part(where: str, part: Part, error: Exception) -> Blame:
    token = getattr(error, "token", None)
    tag = tag_at(token.source, token.start_index) if token is not None else ""
    asked = list(dict.fromkeys(_FIELD.findall(tag))) or sorted(path[1] for path in part.paths if path[0] == "subscriber" and len(path) > 1)
    return Blame(fault(_word(str(error), tag), where, tag=tag), tuple(asked[:_MOST_FIELDS]))


def _word(detail: str, tag: str) -> str:
    if is_limit(detail):
        return "liquid-limit"
    if not tag:
        return "not-made"
    if _ZERO.search(detail):
        return "tag-zero"
    return "tag-kind" if _KIND.search(detail) else "tag-value"
