"""Reads a condition tree, refusing with every fault found: unknown words, wrong values, too deep, too many, in a circle."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from mailflow.segments.faults import sentence
from mailflow.segments.grammar import read_condition, word_of
from mailflow.segments.reading import MisplacedError
from mailflow.segments.values import RefusedError
from mailflow.segments.words import (
    DEEPEST,
    LARGEST_BYTES,
    MOST_CONDITIONS,
    Catalogue,
    Fault,
    FieldFacts,
    Group,
    How,
    InSegment,
    Part,
    Saved,
    Tree,
    TreeError,
    Words,
)

MOST_FAULTS = 20
"""Enough to mend a tree; a hostile one gets no longer answer."""


class FieldLike(Protocol):
    """A field of the registry, as the audience keeps it."""

    id: Any
    key: Any
    kind: Any
    label: Any
    options: Any


def parse(
    tree: Any,
    *,
    fields: Iterable[FieldLike | FieldFacts],
    lists: Mapping[str, Words] | None = None,
    segments: Mapping[int, Saved] | None = None,
    own_id: int | None = None,
) -> Tree:
    """The tree that ``tree`` (parsed JSON) means, or TreeError. ``own_id`` is the segment it is saved as: it may not name itself."""
    catalogue = Catalogue(tuple(field_facts(field) for field in fields), lists, segments or {})
    reader = _Reader(catalogue, own_id)
    group = reader.tree(tree)
    if group is None or reader.faults:
        raise TreeError(reader.faults)
    if len(json.dumps(tree)) > LARGEST_BYTES:
        raise TreeError([Fault("", (), sentence("bytes", most=LARGEST_BYTES // 1024))])
    return group


def field_facts(field: FieldLike | FieldFacts) -> FieldFacts:
    """What conditions need to know of a field of the registry."""
    if isinstance(field, FieldFacts):
        return field
    options = {str(option["key"]): option.get("label") or {"es": str(option["key"])} for option in field.options}
    kind = "city" if field.kind == "place" and not options else str(field.kind)
    archived = getattr(field, "archived_at", None) is not None
    return FieldFacts(field.id, field.key, kind, field.label, options, getattr(field, "currency", ""), archived)


class _Reader:
    """Walks one tree, and those it names, with one count of conditions and one list of faults."""

    def __init__(self, catalogue: Catalogue, own_id: int | None) -> None:
        self.catalogue = catalogue
        self.within = [own_id] if own_id is not None else []
        self.faults: list[Fault] = []
        self.conditions = 0

    def tree(self, raw: Any) -> Group | None:
        try:
            return self.group(raw, (), "", 1)
        except RefusedError as problem:
            self.note("", (), problem)
            return None

    def note(self, path: str, at: tuple[int, ...], problem: RefusedError) -> None:
        if isinstance(problem, MisplacedError):
            path = f"{path}.{problem.key}"
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(path, at, sentence(problem.reason, **problem.facts)))

    def group(self, raw: Any, at: tuple[int, ...], path: str, depth: int) -> Group:
        """A group and all below it; RefusedError when it is none, while faults of its parts are noted."""
        how = _how(raw)
        if how is None:
            raise RefusedError("group")
        if depth > DEEPEST:
            raise RefusedError("depth", most=DEEPEST)
        start = f"{path}.{how}" if path else str(how)
        parts: list[Part] = []
        for index, one in enumerate(raw[how]):
            if self.conditions > MOST_CONDITIONS:
                break
            parts += self.part(one, (*at, index), f"{start}[{index}]", depth)
        return Group(how, tuple(parts))

    def part(self, raw: Any, at: tuple[int, ...], path: str, depth: int) -> list[Part]:
        """The part if it could be read; else none, with what is wrong noted."""
        self.conditions += 1  # groups count too: two hundred thousand empty ones would cost as much
        try:
            return [self.read(raw, at, path, depth)]
        except RefusedError as problem:
            self.note(path, at, problem)
            return []

    def read(self, raw: Any, at: tuple[int, ...], path: str, depth: int) -> Part:
        if self.conditions > MOST_CONDITIONS:
            raise RefusedError("conditions", most=MOST_CONDITIONS)
        if not isinstance(raw, Mapping):
            raise RefusedError("condition")
        if any(how in raw for how in How):
            return self.group(raw, at, path, depth + 1)
        if "segment" in raw:
            return self.named(self.saved(raw), at, depth)
        word = word_of(raw)
        if word is None:
            raise RefusedError("condition")
        return read_condition(word, raw, self.catalogue)

    def saved(self, raw: Mapping[str, Any]) -> Saved:
        number = raw["segment"]
        if len(raw) > 1:
            raise RefusedError("condition")
        saved = self.catalogue.segments.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
        if saved is None:
            raise MisplacedError("segment", RefusedError("segment", key=str(number)[:40]))
        if saved.id in self.within:
            raise MisplacedError("segment", RefusedError("cycle"))
        return saved

    def named(self, saved: Saved, at: tuple[int, ...], depth: int) -> InSegment:
        """A segment that another names: its conditions and its depth count as if they stood here; its faults are told once."""
        before = self.faults
        self.faults = []
        self.within.append(saved.id)
        try:
            group = self.group(saved.tree, at, "", depth + 1)
        except RefusedError as problem:
            raise MisplacedError("segment", problem) from problem
        finally:
            self.within.pop()
            inside, self.faults = self.faults, before
        if inside:
            raise MisplacedError("segment", _retold(inside, saved))
        return InSegment(saved.id, saved.name, group)


def _retold(faults: list[Fault], saved: Saved) -> RefusedError:
    """What is said where a segment with faults is named: limits and circles as they are, all else as one sentence."""
    sentences = [fault.message for fault in faults]
    for reason, facts in (("cycle", {}), ("depth", {"most": DEEPEST}), ("conditions", {"most": MOST_CONDITIONS})):
        if sentence(reason, **facts) in sentences:
            return RefusedError(reason, **facts)
    return RefusedError("broken", key=saved.name.get("es") or next(iter(saved.name.values()), str(saved.id)))


def _how(raw: Any) -> How | None:
    if not isinstance(raw, Mapping) or len(raw) != 1:
        return None
    ((word, parts),) = raw.items()
    return How(word) if word in tuple(How) and isinstance(parts, list) else None
