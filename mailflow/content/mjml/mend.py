"""Writes a sound MJML source again in the form our compiler draws rightly.

Each mend answers a thing measured in mjml-python 1.4: white space in attributes comes out as a literal ``\\n``,
a backslash doubled; a picture without alt gets none; comments could hide markup from us.
"""

import html
import re

from mailflow.content.freeze import Freezer
from mailflow.content.mjml import schema
from mailflow.content.mjml.lint import walk
from mailflow.content.mjml.scan import Piece, Tag, Text

_SPACE = re.compile(r"\s+")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")


def mend(pieces: list[Piece], freezer: Freezer) -> str:
    """The source again: attributes on one line, alt everywhere, tags between elements wrapped in mj-raw."""
    parents = {id(piece): (around[-1] if around else "mjml") for around, piece in walk(pieces)}
    return "".join(_tag(piece, freezer) if isinstance(piece, Tag) else _text(piece, parents[id(piece)]) for piece in pieces)


def _tag(tag: Tag, freezer: Freezer) -> str:
    if tag.form == "close":
        return f"</{tag.name}>"
    attributes = dict(tag.attributes)
    if tag.name in {"mj-image", "img"}:
        attributes.setdefault("alt", "")
    written = "".join(f' {name}="{_value(value, freezer)}"' for name, value in attributes.items())
    return f"<{tag.name}{written} />" if tag.form == "empty" else f"<{tag.name}{written}>"


def _value(value: str, freezer: Freezer) -> str:
    line = _SPACE.sub(" ", value).strip().replace('"', "&quot;").replace("<", "&lt;")
    line = _BARE_AMPERSAND.sub("&amp;", line)
    return line.replace("\\", freezer.keep("\\")) if "\\" in line else line


def _text(text: Text, parent: str) -> str:
    if text.raw and parent != "mj-style":
        return html.escape(html.unescape(text.content).strip(), quote=False)
    if parent in schema.LIQUID_BETWEEN and text.content.strip():
        return f"<mj-raw>{text.content.strip()}</mj-raw>"
    return text.content if text.raw else _BARE_AMPERSAND.sub("&amp;", text.content)
