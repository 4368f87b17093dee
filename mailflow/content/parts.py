"""What a taken-apart text is made of besides plain words: names, conditions, and pieces for the interpreter."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from liquid.template import BoundTemplate
from markupsafe import escape

from mailflow.content.memo import Memo

Path: TypeAlias = tuple[str, ...]
"""A name such as ``subscriber.first_name``, step by step; a shorter one stands for everything below it."""
Facts: TypeAlias = Mapping[str, object]
_NOT_PLAIN = object()
_OWN = frozenset({"size", "first", "last"})


class Interpreted:
    """A piece that only the interpreter understands: loops, filters, comparisons."""

    def __init__(self, template: BoundTemplate) -> None:
        self._template = template
        self.paths = named(template)

    def text(self, facts: Facts) -> str:
        """What it comes to; raises what Liquid raises."""
        return str(self._template.render(facts))


class Lookup:
    """A plain name, with or without words for who has no such value; the interpreter's version for values that are not plain."""

    def __init__(self, path: Path, template: BoundTemplate, *, escaping: bool, defaulted: bool) -> None:
        self.path, self._template, self._escaping, self.defaulted = path, template, escaping, defaulted
        self.paths = frozenset({path})

    def text(self, facts: Facts) -> str:
        """The value, or its default; empty where there is neither."""
        value: object = facts
        for name in self.path:
            value = value.get(name) if isinstance(value, Mapping) else _NOT_PLAIN
            if value is None and not self.defaulted:
                return ""
        if isinstance(value, str) and (value or not self.defaulted):
            return str(escape(value)) if self._escaping else value
        return str(self._template.render(facts))


class Condition:
    """Whether an arm is taken: of a plain name at a glance, of anything else by the interpreter, kept for those alike."""

    def __init__(self, path: Path, decided: BoundTemplate, *, wanted: bool) -> None:
        self._path, self._decided, self._wanted = path, decided, wanted
        self.paths = frozenset({path}) if path else named(decided)
        self._kept = Memo(self.paths, self._decide)

    def holds(self, facts: Facts) -> bool:
        """Whether this reader gets the arm."""
        value: object = facts
        for name in self._path:
            if type(value) is not dict:
                return self._decide(facts) is self._wanted
            value = value.get(name)
            if value is None:
                return not self._wanted
        known = bool(self._path) and type(value) is str
        return (known or self._kept(facts)) is self._wanted

    def _decide(self, facts: Facts) -> bool:
        return self._decided.render(facts) == "1"


class Branch:
    """The arms of an if or unless; the first whose condition holds is written."""

    def __init__(self, arms: "tuple[tuple[Condition | None, tuple[str | Part, ...]], ...]") -> None:
        self.arms = arms
        self.paths: frozenset[Path] = frozenset(path for part in self._inner() for path in part.paths)

    def text(self, facts: Facts) -> str:
        """The arm that this reader gets."""
        for condition, parts in self.arms:
            if condition is None or condition.holds(facts):
                return "".join([part if isinstance(part, str) else part.text(facts) for part in parts])
        return ""

    def _inner(self) -> "Iterator[Condition | Part]":
        for condition, parts in self.arms:
            if condition is not None:
                yield condition
            yield from (part for part in parts if not isinstance(part, str))


Part: TypeAlias = Lookup | Branch | Interpreted


def named(template: BoundTemplate) -> frozenset[Path]:
    """The names from outside that decide what ``template`` comes to; where a step is not known beforehand, all that is below."""
    found = template.analyze(include_partials=False).globals
    return frozenset(_known(use.segments) for uses in found.values() for use in uses)


def _known(segments: list[Any]) -> Path:
    steps: list[str] = []
    for segment in segments:
        if not isinstance(segment, str) or segment in _OWN:
            break
        steps.append(segment)
    return tuple(steps)
