"""Personal tags put to sleep while MJML and CSS are worked on, and woken afterwards.

Neither the MJML compiler nor the CSS inliner knows Liquid: one stumbles over ``<`` in a condition, the other
percent-encodes braces in links. So each tag becomes a plain word of letters and digits, which nothing touches.
"""

import html
import re

from mailflow.content.faults import refuse

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_LEFT_OPEN = re.compile(r"\{\{|\{%|%\}")
_LINK_ROOT = re.compile(r"\{\{-?\s*(links\.[a-z_]+|shop\.(?:url|pictures)|offer\.url|product\.(?:url|picture))\b")


class Freezer:
    """One compilation's tags; the words it makes occur nowhere in ``whole``, the entire input."""

    def __init__(self, whole: str) -> None:
        number = 0
        while f"qz{number}q" in whole:
            number += 1
        self._prefix = f"qz{number}q"
        self._tags: list[str] = []
        self.word = re.compile(rf"{self._prefix}(\d+)z")

    def freeze(self, text: str, where: str) -> str:
        """``text`` with each tag replaced by its word; refuses a tag that is not closed."""
        frozen = _TAG.sub(lambda match: self.keep(html.unescape(match.group())), text)
        if left := _LEFT_OPEN.search(frozen):
            raise refuse("liquid-open", where, frozen.count("\n", 0, left.start()) + 1)
        return frozen

    def keep(self, tag: str) -> str:
        """The word that stands for ``tag`` (or any text to be protected) until ``thaw``."""
        self._tags.append(tag)
        return f"{self._prefix}{len(self._tags) - 1}z"

    def thaw(self, text: str) -> str:
        """``text`` with every word replaced by the tag it stands for."""
        return self.word.sub(lambda match: self._tags[int(match.group(1))], text)

    def conditions(self, text: str) -> str:
        """The sleeping ``{% … %}`` of ``text`` and nothing else of it."""
        return "".join(word.group() for word in self.word.finditer(text) if self._tags[int(word.group(1))].startswith("{%"))

    def holds(self, text: str) -> bool:
        """Whether a sleeping tag is in ``text``."""
        return self._prefix in text

    def is_only_tags(self, text: str) -> bool:
        """Whether ``text`` is nothing but sleeping tags and white space."""
        return not self.word.sub("", text).strip()

    def is_safe_address(self, text: str) -> bool:
        """Whether the address begins with a tag whose value is an address of ours, not of the reader's making."""
        return bool(self.word.match(text) and _LINK_ROOT.match(self.thaw(text)))
