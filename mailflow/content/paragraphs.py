"""The paragraphs of a text part whose words are personal: of the blank lines that meet around them, one is left."""

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from mailflow.content.parts import Branch, Facts, Part, Path

_GAPS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_BLANK = " \t\n"


def tidied(text: str) -> str:
    """``text`` without the rows of blank lines that conditions leave when they write nothing."""
    return _GAPS.sub("\n\n", text)


class Hole(NamedTuple):
    """The place of a token by its number, and what is written around it for everybody."""

    number: int
    before: str
    after: str


class Paragraph:
    """Personal parts with the white space around and between them, tidied together."""

    def __init__(self, before: str, first: Part) -> None:
        self.parts: list[str | Part] = [before, first]

    @property
    def paths(self) -> frozenset[Path]:
        """Every name that the parts may ask for."""
        return frozenset(path for part in self.parts if not isinstance(part, str) for path in part.paths)

    def text(self, facts: Facts) -> str:
        """What it comes to for one reader."""
        return tidied("".join([part if isinstance(part, str) else part.text(facts) for part in self.parts]))


Piece: TypeAlias = str | Hole | Paragraph | Part


def gathered(parts: Sequence[Piece]) -> list[Piece]:
    """The parts, with white space moved to the personal ones beside it, so that tidying each is tidying the whole."""
    pieces: list[Piece] = []
    for part in parts:
        last = pieces[-1] if pieces else ""
        if isinstance(last, Paragraph) and isinstance(part, str):
            bare = part.lstrip(_BLANK)
            last.parts.append(part[: len(part) - len(bare)])
            pieces += [bare] if bare else []
        elif isinstance(part, str | Hole | Paragraph):
            pieces.append(part)
        elif isinstance(last, Paragraph):
            last.parts.append(part)
        else:
            before = last[len(last.rstrip(_BLANK)) :] if isinstance(last, str) else ""
            if before and isinstance(last, str):
                pieces[-1] = last.rstrip(_BLANK)
            pieces.append(Paragraph(before, part))
    loose = [each for piece in pieces for each in _loosened(piece)]
    return [tidied(piece) if isinstance(piece, str) else piece for piece in loose]


def _loosened(piece: Piece) -> list[Piece]:
    """A paragraph of one part taken apart again where no blank lines can meet: on one line with words, or with words at its edges."""
    if not isinstance(piece, Paragraph):
        return [piece]
    before, first, *rest = piece.parts
    after = "".join([each for each in rest if isinstance(each, str)])
    if len(rest) > 1 or [after][: len(rest)] != rest or isinstance(first, str):
        return [piece]
    firm = ("\n" not in str(before) or _firm(first, 0)) and ("\n" not in after or _firm(first, -1))
    return [str(before), first, after] if firm else [piece]


def _firm(part: Part, edge: int) -> bool:
    """Whether it surely begins (0) or ends (-1) with a word."""
    if not isinstance(part, Branch) or part.arms[-1][0] is not None:
        return False
    edges = [parts[edge] if parts else "" for _, parts in part.arms]
    return all(isinstance(each, str) and each[edge : edge + 1 or None].strip(_BLANK) for each in edges)
