"""What is wrong with a personal tag, told in the writer's language: the parser's own words are English and for programmers."""

import difflib
import re
from collections.abc import Collection, Mapping

from mailflow.content.faults import fault
from mailflow.content.words import Fault

_LONGEST_TAG = 60
_INNER = frozenset({"else", "elsif", "when"})
_UNCLOSED = re.compile(r"expected tag end(\w+)|(\w+) tag was never closed")
_OPEN_END = re.compile(r"expected '[}%]}', found")
_TAG = re.compile(r"unexpected tag '(\w+)'")
_FILTER = re.compile(r"unknown filter '(\w*)'")
_MISSING = re.compile(r"missing expression|missing tag name|found end of expression|missing or unexpected path segment")
_QUOTES = re.compile("unexpected '?[\"'“”‘’«»]")
_LIMIT = re.compile(r"limit reached|would grow too|may have up to|recursion|maximum recursion|nesting")


def syntax_fault(detail: str, tag: str, where: str, line: int | None, tags: Collection[str], filters: Collection[str]) -> Fault:
    """The fault that the parser's ``detail`` about ``tag`` means; ``tags`` and ``filters`` are those there are."""
    if found := _UNCLOSED.search(detail):
        return fault("liquid-block", where, line, name=found[1] or found[2])
    if _OPEN_END.search(detail):
        return fault("liquid-open", where, line)
    if found := _TAG.search(detail):
        return _unexpected(found[1], where, line, tags)
    if found := _FILTER.search(detail):
        return fault("liquid-filter", where, line, name=found[1], **did_you_mean(found[1], filters))
    if is_limit(detail):
        return fault("liquid-limit", where, line)
    return fault(_sense(detail), where, line, tag=tag)


def is_limit(detail: str) -> bool:
    """Whether the interpreter stopped because a tag would have taken too long or written too much."""
    return _LIMIT.search(detail) is not None


def did_you_mean(name: str, known: Collection[str]) -> Mapping[str, str]:
    """The sentence's ending that offers the nearest known name; empty when none is near."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    if not near:
        return {"hint_es": "", "hint_en": ""}
    return {"hint_es": f" ¿Querías decir «{near[0]}»?", "hint_en": f" Did you mean “{near[0]}”?"}


def _unexpected(name: str, where: str, line: int | None, tags: Collection[str]) -> Fault:
    if name in _INNER or (name.startswith("end") and name[3:] in tags):
        return fault("liquid-closing", where, line, name=name)
    return fault("liquid-tag", where, line, name=name, **did_you_mean(name, tags))


def _sense(detail: str) -> str:
    """Which of the sentences about one tag fits."""
    if _QUOTES.search(detail):
        return "liquid-quotes"
    if detail.endswith("found '='"):
        return "liquid-equals"
    return "liquid-missing" if _MISSING.search(detail) else "liquid-sense"


def tag_at(text: str, start: int) -> str:
    """The tag around a place, cut where it is long; the last one where the parser names no place."""
    begin = max(text.rfind("{{", 0, start + 2), text.rfind("{%", 0, start + 2)) if start >= 0 else max(text.rfind("{{"), text.rfind("{%"))
    tag = re.match(r"\{\{.*?\}\}|\{%.*?%\}|.*", text[max(begin, 0) :], re.DOTALL)
    shown = " ".join(tag.group().split()) if tag else ""
    return shown if len(shown) <= _LONGEST_TAG else f"{shown[:_LONGEST_TAG]}…"
