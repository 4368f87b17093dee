"""Takes a long Liquid text apart: what is static is copied, a plain name looked up, a condition decided, only the rest interpreted.

A mail is 40 kB of which a few hundred bytes are personal; walking the whole of it with an interpreter for each
reader costs ten times more than the personal pieces alone.
"""

import re
from collections.abc import Mapping

from liquid.exceptions import LiquidSyntaxError

from mailflow.content.merge import PersonalEnvironment
from mailflow.content.parts import Branch, Condition, Interpreted, Lookup, Part, Path

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PLAIN_NAME = re.compile(r"\{\{\s*([a-z_]\w*(?:\.[a-z_]\w*)*)\s*\}\}")
_DEFAULTED = re.compile(r"\{\{\s*([a-z_]\w*(?:\.[a-z_]\w*)*)\s*\|\s*default\s*:\s*(?:'[^']*'|\"[^\"]*\")\s*\}\}")
_BLOCK = re.compile(r"\{%\s*(if|unless|for|case|comment|end\w+)\b")
_ARM = re.compile(r"\{%\s*(if|unless|elsif|else|endif|endunless)\b(.*?)%\}", re.DOTALL)
# Liquid writes nothing for a block of white space and of these, which needs more than a look at the text to know.
_MAYBE_BLANK = re.compile(r"\{%\s*(?:case|comment|echo|#)")
# These reach beyond their own piece: names and counters that later pieces see, white space around the tag.
_FAR_REACHING = re.compile(r"\{%-|-%\}|\{\{-|-\}\}|\{%\s*(?:assign|capture|cycle|increment|decrement|break|continue|illegal|content)\b")
_LIQUIDS_OWN = frozenset({"size", "first", "last"})


class Fragments:
    """One Liquid text of an environment, taken apart once and rendered many times."""

    def __init__(self, environment: PersonalEnvironment, text: str) -> None:
        self._environment = environment
        # The same piece (a subject is also the title) is one object.
        self._known: dict[str, Part] = {}
        self.parts = self._whole(text) if _FAR_REACHING.search(text) else self._pieces(text)

    @property
    def escaping(self) -> bool:
        """Whether values are written for HTML."""
        return self._environment.autoescape

    @property
    def paths(self) -> frozenset[Path]:
        """Every name that the text may ask for, as far as it is known beforehand."""
        return frozenset(path for part in self.parts if not isinstance(part, str) for path in part.paths)

    def render(self, facts: Mapping[str, object]) -> str:
        """The text with ``facts`` in it; raises what Liquid raises."""
        return "".join([part if isinstance(part, str) else part.text(facts) for part in self.parts])

    def _whole(self, text: str) -> tuple[str | Part, ...]:
        return (Interpreted(self._environment.from_string(text)),)

    def _pieces(self, text: str) -> tuple[str | Part, ...]:
        try:
            return self._apart(text)
        except LiquidSyntaxError:  # half a block inside a comment, say: only the whole makes sense, if it does
            return self._whole(text)

    def _apart(self, text: str) -> tuple[str | Part, ...]:
        return tuple(self._part(piece) if piece.startswith(("{{", "{%")) else piece for piece in _split(text))

    def _part(self, piece: str) -> Part:
        if piece not in self._known:
            self._known[piece] = self._lookup(piece) or self._branch(piece) or Interpreted(self._environment.from_string(piece))
        return self._known[piece]

    def _lookup(self, piece: str) -> Lookup | None:
        plain, defaulted = _PLAIN_NAME.fullmatch(piece), _DEFAULTED.fullmatch(piece)
        found = plain or defaulted
        path = tuple(found.group(1).split(".")) if found else ()
        if not path or _LIQUIDS_OWN & set(path):
            return None
        return Lookup(path, self._environment.from_string(piece), escaping=self.escaping, defaulted=bool(defaulted))

    def _branch(self, piece: str) -> Branch | None:
        """A condition whose arms all write something, as arms that are taken apart in turn."""
        arms = [] if _MAYBE_BLANK.search(piece) else _arms(piece)
        if arms:
            self._environment.from_string(piece)  # raises what is wrong with the whole, though it will be used in parts
        if not arms or not all(_TAG.sub(_shown, body).strip() for _, _, body in arms):
            return None
        return Branch(tuple((self._condition(tag, rest), self._apart(body)) for tag, rest, body in arms))

    def _condition(self, tag: str, rest: str) -> Condition | None:
        if tag == "else":
            return None
        name = _PLAIN_NAME.fullmatch(f"{{{{{rest}}}}}")
        path = tuple(name.group(1).split(".")) if name else ()
        decided = self._environment.from_string(f"{{% if {rest} %}}1{{% endif %}}")
        return Condition(() if _LIQUIDS_OWN & set(path) else path, decided, wanted=tag != "unless")


def _shown(tag: re.Match[str]) -> str:
    return "x" if tag.group().startswith("{{") else ""


def _arms(piece: str) -> list[tuple[str, str, str]]:
    """The tag, its condition and the body of each arm; nothing for what is no plain if or unless."""
    arms: list[tuple[str, str, str]] = []
    depth, begun, tag, rest = 0, 0, "", ""
    for found in _TAG.finditer(piece):
        block, arm = _BLOCK.match(found.group()), _ARM.fullmatch(found.group())
        ends = bool(block and block.group(1).startswith("end"))
        if arm and depth == 1 and (ends or not block):
            arms.append((tag, rest, piece[begun : found.start()]))
        if arm and depth == (1 if not block else 0):
            tag, rest, begun = arm.group(1), arm.group(2), found.end()
        if block:
            depth += -1 if ends else 1
    ordered = [tag for tag, _, _ in arms]
    return arms if ordered[:1] in (["if"], ["unless"]) and "else" not in ordered[:-1] else []


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
