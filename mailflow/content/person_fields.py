"""Personal tags that ask for a field nobody has: a mail with one would leave a gap for every single reader."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mailflow.content.faults import fault
from mailflow.content.liquid_words import did_you_mean
from mailflow.content.merge import person_values
from mailflow.content.words import Fault, Source

ALWAYS_KNOWN = frozenset({"email", "language"})
"""What is known of every person without a field of the registry."""


def field_faults(source: Source, keys: Collection[str]) -> list[Fault]:
    """A fault for each place of ``source`` that names a field which is not in the registry, whose ``keys`` these are."""
    known = ALWAYS_KNOWN | set(keys)
    return [
        fault("unknown-field", where, line, name=name, **did_you_mean(name, known))
        for where, text in _typed(source)
        for name, line in person_values(text)
        if name not in known
    ]


def fields_named(source: Source) -> set[str]:
    """The keys of the fields that ``source`` names."""
    return {name for _, text in _typed(source) for name, _ in person_values(text)}


def _typed(source: Source) -> list[tuple[str, str]]:
    """Everything that somebody wrote, with the name of its field in the editor."""
    typed = [("subject", source.subject), ("preheader", source.preheader), ("mjml", source.mjml)]
    return typed + [pair for key, value in source.slots.items() for pair in _texts(value, f"slots.{key}")]


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every string of a slot with the name of its field in the editor."""
    if isinstance(value, str):
        yield where, value
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _texts(each, f"{where}.{key}")
