"""Reads MJML once, from left to right and without recursion, into tags and texts that know where they came from.

Templates are put together from several files, so each tag is stamped with its file and line before that happens;
the stamp travels as an attribute and is taken off here.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailflow.content.faults import refuse

_STAMP = "mf-at"
_OPENING = re.compile(r"(<[A-Za-z][\w:.-]*)(?=[\s/>])")
_STAMPED = re.compile(rf'\s{_STAMP}="(\d+):(\d+)"')
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")
RAW_TEXT = frozenset({"mj-style", "mj-title", "mj-preview", "style", "script", "title"})
VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "source", "embed"})


@dataclass(frozen=True)
class Place:
    """A line (from 1) of a named file."""

    where: str
    line: int


@dataclass
class Tag:
    """An opening, closing or empty tag; ``attributes`` without the stamp."""

    name: str
    form: str
    place: Place
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """What stands between tags; ``raw`` inside mj-style and its like."""

    content: str
    place: Place
    raw: bool = False


Piece = Tag | Text


def stamp(source: str, file_number: int) -> str:
    """``source`` with each opening tag marked by its file and line."""
    pieces: list[str] = []
    line, done = 1, 0
    for match in _OPENING.finditer(source):
        line += source.count("\n", done, match.end())
        pieces += [source[done : match.end()], f' {_STAMP}="{file_number}:{line}"']
        done = match.end()
    pieces.append(source[done:])
    return "".join(pieces)


class Places:
    """Finds the file and line of a position in the assembled source, from the nearest stamp before it."""

    def __init__(self, source: str, files: Sequence[str]) -> None:
        self._source = source
        self._files = files
        found = list(_STAMPED.finditer(source))
        self._starts = [match.start() for match in found]
        self._marks = [(int(match.group(1)), int(match.group(2))) for match in found]

    def at(self, position: int) -> Place:
        """The place of ``position``."""
        index = bisect_right(self._starts, position) - 1
        start, mark = (self._starts[index], self._marks[index]) if index >= 0 else (0, (0, 1))
        return Place(self._files[mark[0]], mark[1] + self._source.count("\n", start, position))


def scan(source: str, files: Sequence[str]) -> Iterator[Piece]:
    """The pieces of ``source`` in order; comments are left out; a tag that does not end well raises CompileError."""
    places = Places(source, files)
    position = 0
    while position < len(source):
        bracket = source.find("<", position)
        end = bracket if bracket >= 0 else len(source)
        if end > position:
            yield Text(unstamped(source[position:end]), places.at(position))
        if bracket < 0:
            return
        if source.startswith("<!--", bracket):
            position = _after_comment(source, bracket, places)
            continue
        tag, position = _tag(source, bracket, places)
        yield tag
        if tag.form == "open" and tag.name in RAW_TEXT:
            closing = _closing(source, tag.name, position, places)
            yield Text(unstamped(source[position:closing]), places.at(position), raw=True)
            position = closing


def unstamped(text: str) -> str:
    """``text`` without stamps."""
    return _STAMPED.sub("", text) if _STAMP in text else text


def _after_comment(source: str, start: int, places: Places) -> int:
    end = source.find("-->", start + 4)
    if end < 0:
        raise _refuse("broken-tag", places.at(start))
    return end + 3


def _tag(source: str, start: int, places: Places) -> tuple[Tag, int]:
    place = places.at(start)
    if source[start + 1 : start + 2] in {"!", "?"}:
        raise _refuse("declaration", place)
    match = _TAG.match(source, start)
    if match is None:
        raise _refuse("broken-tag", place)
    closing, name, inside = match.groups()
    attributes = _attributes(inside)
    if written := attributes.pop(_STAMP, None):
        place = _place_of(written, places)
    form = "close" if closing else "empty" if inside.rstrip().endswith("/") or name.lower() in VOID else "open"
    return Tag(name if name.startswith("mj") else name.lower(), form, place, attributes), match.end()


def _place_of(written: str, places: Places) -> Place:
    file_number, line = written.split(":")
    return Place(places._files[int(file_number)], int(line))


def _attributes(inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(inside):
        value = match.group(2) or ""
        quoted = value[:1] in {'"', "'"}
        found.setdefault(match.group(1).lower(), value[1:-1] if quoted else value.rstrip("/"))
    return found


def _closing(source: str, name: str, start: int, places: Places) -> int:
    end = source.find(f"</{name}", start)
    if end < 0:
        place = places.at(start)
        raise refuse("unclosed", place.where, place.line, tag=name)
    return end


def _refuse(word: str, place: Place) -> Exception:
    return refuse(word, place.where, place.line)
