"""Renders a long Liquid text piece by piece: what is static is copied, a plain name looked up, only the rest interpreted.

A mail is 40 kB of which a few hundred bytes are personal; walking the whole of it with an interpreter for each
reader costs ten times more than the personal pieces alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from liquid.template import BoundTemplate
from markupsafe import escape

from mailflow.content.merge import PersonalEnvironment

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PLAIN_NAME = re.compile(r"\{\{\s*([a-z_]\w*(?:\.[a-z_]\w*)*)\s*\}\}")
_BLOCK = re.compile(r"\{%\s*(if|unless|for|case|comment|end\w+)\b")
# These reach beyond their own piece: names and counters that later pieces see, white space around the tag.
_FAR_REACHING = re.compile(r"\{%-|-%\}|\{\{-|-\}\}|\{%\s*(?:assign|capture|cycle|increment|decrement|break|continue|illegal|content)\b")
_LIQUIDS_OWN = frozenset({"size", "first", "last"})


@dataclass(frozen=True)
class _Lookup:
    """A plain name such as ``subscriber.first_name``, with the interpreter's version for values that are not plain."""

    path: tuple[str, ...]
    template: BoundTemplate


_Part: TypeAlias = "str | _Lookup | BoundTemplate"


class Fragments:
    """One Liquid text of an environment, taken apart once and rendered many times."""

    def __init__(self, environment: PersonalEnvironment, text: str) -> None:
        self._write: Callable[[str], str] = _escaped if environment.autoescape else str
        # The same piece (a subject is also the title) is one object, rendered once per reader.
        self._known: dict[str, _Lookup | BoundTemplate] = {}
        self._parts: list[_Part] = (
            [environment.from_string(text)] if _FAR_REACHING.search(text) else [self._part(environment, piece) for piece in _split(text)]
        )

    def render(self, facts: Mapping[str, object]) -> str:
        """The text with ``facts`` in it; raises what Liquid raises."""
        done: dict[int, str] = {}
        written: list[str] = []
        for part in self._parts:
            if isinstance(part, str):
                written.append(part)
                continue
            key = id(part)
            if key not in done:
                done[key] = self._look_up(part, facts) if isinstance(part, _Lookup) else part.render(facts)
            written.append(done[key])
        return "".join(written)

    def _part(self, environment: PersonalEnvironment, piece: str) -> _Part:
        if not piece.startswith(("{{", "{%")):
            return piece
        if piece not in self._known:
            template = environment.from_string(piece)
            name = _PLAIN_NAME.fullmatch(piece)
            path = tuple(name.group(1).split(".")) if name else ()
            self._known[piece] = _Lookup(path, template) if path and not _LIQUIDS_OWN & set(path) else template
        return self._known[piece]

    def _look_up(self, lookup: _Lookup, facts: Mapping[str, object]) -> str:
        value: object = facts
        for name in lookup.path:
            if not isinstance(value, Mapping):
                return str(lookup.template.render(facts))
            value = value.get(name)
            if value is None:
                return ""
        return self._write(value) if isinstance(value, str) else str(lookup.template.render(facts))


def _escaped(value: str) -> str:
    return str(escape(value))


def _split(text: str) -> list[str]:
    """``text`` as static pieces, single tags, and whole blocks from their first tag to their last."""
    pieces: list[str] = []
    start, depth = 0, 0
    for tag in _TAG.finditer(text):
        block = _BLOCK.match(tag.group())
        if depth == 0:
            pieces.append(text[start : tag.start()])
            start = tag.start()
        if block:
            depth += -1 if block.group(1).startswith("end") else 1
        if depth == 0:
            pieces.append(text[start : tag.end()])
            start = tag.end()
    pieces.append(text[start:])
    return [piece for piece in pieces if piece]
