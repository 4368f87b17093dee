"""Where stages above bring conditions of their own (a sequence somebody is in, a code she holds, a task that is open).

Such a stage registers a ``Source`` when it is loaded, and its conditions are read, compiled, told, explained and offered by the
builder like all others; nothing here knows them. Depth, number and size of a tree are limited for them as for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailflow.segments.words import Catalogue, Words


@dataclass(frozen=True)
class Source:
    """One kind of condition. ``word`` is the key that makes it what it is; ``kind`` the frozen dataclass it is read into."""

    word: str
    kind: type
    read: Callable[[Mapping[str, Any], Catalogue], Any]
    """The condition that JSON means; raises reading.MisplacedError or values.RefusedError."""
    clause: Callable[[Any, Any], Any]
    """The condition and a ``Frame`` make SQL: a condition on Subscriber, true or false, never unknown."""
    tell: Callable[[Any, str], str]
    """What it says of a person in a language, without naming her: "is in the sequence “Welcome”"."""
    label: Words
    """What the builder calls it."""
    choices: Callable[[Any, str], Sequence[tuple[str, str]]]
    """Its values, from a session and in a language, as (key, words): the builder offers them to be ticked; JSON holds {word: [keys]}."""


SOURCES: dict[str, Source] = {}
OF_KIND: dict[type, Source] = {}


def register(source: Source) -> None:
    """Let trees use the condition; the same word again replaces it."""
    SOURCES[source.word] = source
    OF_KIND[source.kind] = source
