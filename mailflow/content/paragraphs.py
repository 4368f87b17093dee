"""The paragraphs of a text part whose words are personal: of the blank lines that meet around them, one is left."""

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from mailflow.content.parts import Facts, Part, Path

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
    return [tidied(piece) if isinstance(piece, str) else piece for piece in pieces]
