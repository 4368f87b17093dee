"""The personal language: Liquid with hard limits, no loader, and only tags and filters that cannot grow without bound."""

import re
from typing import Any

from liquid import Environment
from liquid.exceptions import FilterArgumentError, LiquidError
from liquid.template import BoundTemplate

from mailflow.content.faults import fault
from mailflow.content.liquid_words import did_you_mean, syntax_fault, tag_at
from mailflow.content.literals import tame
from mailflow.content.words import Fault

OUTPUT_LIMIT = 1_000_000
_TAGS = {
    "#",
    "assign",
    "break",
    "capture",
    "case",
    "comment",
    "content",
    "continue",
    "cycle",
    "echo",
    "for",
    "if",
    "illegal",
    "output",
    "unless",
}
_NOT_TYPED = frozenset({"#", "content", "illegal", "output"})
"""Tags of the parser's own making, which nobody writes."""
_FILTERS = {
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "concat", "default", "divided_by", "downcase", "escape",
    "first", "floor", "join", "last", "lstrip", "map", "minus", "modulo", "newline_to_br", "plus", "prepend", "remove",
    "remove_first", "replace", "replace_first", "reverse", "round", "rstrip", "size", "slice", "sort", "split", "squish", "strip",
    "strip_html", "strip_newlines", "times", "truncate", "truncatewords", "uniq", "upcase", "url_encode", "where",
}  # fmt: skip
_TAG = re.compile(r"\{\{.*?\}\}|\{%-?\s*(?:(?P<block>if|unless|case|for)\b|(?P<inner>else|elsif|when|end\w+)\b)?.*?%\}", re.DOTALL)
_LONGEST_VALUE = 100_000
_LARGEST_NUMBER = 10**15
KNOWN_ROOTS = frozenset(
    {"subscriber", "offer", "subscriptions", "subscription", "shop", "links", "products", "pixel", "campaign", "request"}
)


class PersonalEnvironment(Environment):
    """Liquid as mails may use it: limits of loops, output, names and depth are the class's."""

    loop_iteration_limit = 2_000
    output_stream_limit = OUTPUT_LIMIT
    local_namespace_limit = 200_000
    context_depth_limit = 12

    def from_string(self, *args: Any, **keywords: Any) -> BoundTemplate:
        """The template of a text; what is written inside its tags can neither be markup nor grow without bound."""
        return tame(super().from_string(*args, **keywords))

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Keep only what is listed here; what can multiply text is bounded."""
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS}
        self.filters = {name: call for name, call in self.filters.items() if name in _FILTERS}
        self.filters["replace"] = _bounded(self.filters["replace"], _replaced_length)
        self.filters["join"] = _bounded(self.filters["join"], _joined_length)
        self.filters["times"] = _small(self.filters["times"])


def _replaced_length(value: object, search: object = "", new: object = "") -> int:
    text, needle = str(value), str(search)
    return len(text) + (text.count(needle) if needle else len(text) + 1) * len(str(new))


def _joined_length(value: object, separator: object = " ") -> int:
    count = len(value) if isinstance(value, (list, tuple, str)) else 1
    return count * len(str(separator))


def _bounded(call: Any, length: Any) -> Any:
    """``call``, refused where its result would be longer than any mail needs."""

    def bounded(value: object, *args: object, **keywords: Any) -> object:
        if length(value, *args) > _LONGEST_VALUE:
            raise FilterArgumentError("the text would grow too long", token=None)
        return call(value, *args, **keywords)

    _keep_wishes(call, bounded)
    return bounded


def _small(call: Any) -> Any:
    """``call`` on numbers, refused beyond what a shop counts."""

    def small(value: object, *args: object, **keywords: Any) -> object:
        result = call(value, *args, **keywords)
        if abs(result) > _LARGEST_NUMBER:
            raise FilterArgumentError("the number would grow too large", token=None)
        return result

    _keep_wishes(call, small)
    return small


def _keep_wishes(call: Any, wrapped: Any) -> None:
    """Liquid hands a filter its context or environment if the function says so by these attributes."""
    for name in ("filter_needs_context", "filter_needs_environment", "with_context", "with_environment"):
        if hasattr(call, name):
            setattr(wrapped, name, getattr(call, name))


HTML = PersonalEnvironment(autoescape=True)
PLAIN = PersonalEnvironment(autoescape=False)


def syntax_faults(text: str, where: str) -> list[Fault]:
    """What is wrong with the personal tags of ``text``: their form, and names that nobody fills."""
    if "{{" not in text and "{%" not in text:
        return []
    try:
        template = PLAIN.from_string(text)
    except (LiquidError, RecursionError) as error:
        return [_from_error(error, text, where)]
    return _unknown_names(template, text, where)


def person_values(text: str) -> list[tuple[str, int]]:
    """The values of the reader that ``text`` asks for, each with the line of its first use; none where it is not well written."""
    if "subscriber" not in text or ("{{" not in text and "{%" not in text):
        return []
    try:
        uses = PLAIN.from_string(text).analyze(include_partials=False).globals.get("subscriber", [])
    except (LiquidError, RecursionError):
        return []
    found: dict[str, int] = {}
    for use in uses:
        if len(use.segments) > 1 and isinstance(use.segments[1], str):
            found.setdefault(use.segments[1], _line(text, use.span.index))
    return list(found.items())


def render_fault(error: Exception, where: str) -> Fault:
    """The fault that a failed dry run stands for."""
    return _said(_first_line(error), "", -1, where, None)


def _from_error(error: Exception, text: str, where: str) -> Fault:
    token = getattr(error, "token", None)
    start = getattr(token, "start_index", -1)
    if start < 0:
        start = _first_bad_tag(text)
    line = text.count("\n", 0, start) + 1 if start >= 0 else _last_tag_line(text)
    return _said(_first_line(error), text, start, where, line)


def _said(detail: str, text: str, start: int, where: str, line: int | None) -> Fault:
    return syntax_fault(detail, tag_at(text, start), where, line, _TAGS - _NOT_TYPED, PLAIN.filters)


def _first_bad_tag(text: str) -> int:
    """Where the first tag begins that is wrong taken alone, for an error that names no place; -1 if none is."""
    for tag in _TAG.finditer(text):
        block = f"{{% end{tag['block']} %}}" if tag["block"] else ""
        try:
            PLAIN.from_string(tag.group() + block)
        except (LiquidError, RecursionError):
            if tag["inner"] is None:
                return tag.start()
    return -1


def _last_tag_line(text: str) -> int:
    """The line of the last tag: where a block that was never closed is usually missed."""
    return text.count("\n", 0, max(text.rfind("{%"), 0)) + 1


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _unknown_names(template: BoundTemplate, text: str, where: str) -> list[Fault]:
    found = template.analyze(include_partials=False)
    filters = [
        _said(f"unknown filter '{name}'", text, uses[0].index, where, _line(text, uses[0].index))
        for name, uses in found.filters.items()
        if name not in PLAIN.filters
    ]
    return filters + [
        fault("unknown-name", where, _line(text, uses[0].span.index), name=name, **did_you_mean(name, KNOWN_ROOTS))
        for name, uses in found.globals.items()
        if name not in KNOWN_ROOTS and not _is_link(name)
    ]


def _line(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1


def _is_link(name: str) -> bool:
    return name.startswith("link_") and name[5:].isdigit()
