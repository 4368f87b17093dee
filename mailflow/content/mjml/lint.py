"""Says what in an MJML source would be dropped, drawn wrongly or do harm; nothing is changed here."""

import html
import re
from collections.abc import Iterator

from mailflow.content.faults import fault, refuse
from mailflow.content.freeze import Freezer
from mailflow.content.mjml import schema
from mailflow.content.mjml.scan import Piece, Tag, Text
from mailflow.content.words import CompileError, Fault

DEEPEST = 60
_MOST_FAULTS = 20
_LINK = re.compile(r"(?:https?://[^\s/]+|mailto:[^\s]+|tel:[+\d])", re.IGNORECASE)
_PICTURE = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
_LOUD_CSS = re.compile(r"@import|expression\s*\(|javascript:|vbscript:|behaviou?r\s*:|-moz-binding|</|\\", re.IGNORECASE)
_CSS_URL = re.compile(r"url\(\s*[\"']?\s*([^\"')]*)", re.IGNORECASE)
_PICTURE_ATTRIBUTES = frozenset({"src", "background-url", "icon-wrapped-url", "icon-unwrapped-url", "background"})


def lint(pieces: list[Piece], freezer: Freezer) -> None:
    """Raises CompileError with everything found, in order; returns when the source is sound."""
    check_nesting(pieces)
    faults: list[Fault] = []
    for parents, piece in walk(pieces):
        faults.extend(_tag_faults(piece, parents, freezer) if isinstance(piece, Tag) else _text_faults(piece, parents, freezer))
        if len(faults) >= _MOST_FAULTS:
            break
    if faults:
        raise CompileError(tuple(faults))
    _check_shape(pieces)


def walk(pieces: list[Piece]) -> Iterator[tuple[list[str], Piece]]:
    """Each opening or empty tag and each text, with the names of the tags around it (do not keep the list)."""
    parents: list[str] = []
    for piece in pieces:
        if isinstance(piece, Tag) and piece.form == "close":
            parents.pop()
            continue
        yield parents, piece
        if isinstance(piece, Tag) and piece.form == "open":
            parents.append(piece.name)


def check_nesting(pieces: list[Piece]) -> None:
    """Every tag closed by its own, and none deeper than the compiler bears (it would take the process with it)."""
    around: list[Tag] = []
    for piece in pieces:
        if not isinstance(piece, Tag) or piece.form == "empty":
            continue
        if piece.form == "open":
            around.append(piece)
            if len(around) > DEEPEST:
                raise refuse("deep", piece.place.where, piece.place.line, limit=DEEPEST)
        else:
            _close(around, piece)
    if around:
        raise refuse("unclosed", around[-1].place.where, around[-1].place.line, tag=around[-1].name)


def _close(around: list[Tag], closing: Tag) -> None:
    if not around or closing.name not in {tag.name for tag in around}:
        raise refuse("unopened", closing.place.where, closing.place.line, tag=closing.name)
    opened = around.pop()
    if opened.name != closing.name:
        raise refuse("unclosed", opened.place.where, opened.place.line, tag=opened.name)


def _check_shape(pieces: list[Piece]) -> None:
    tags = [piece for piece in pieces if isinstance(piece, Tag)]
    if not tags or tags[0].name != "mjml" or not any(tag.name == "mj-body" for tag in tags):
        place = tags[0].place if tags else None
        raise refuse("not-mjml", place.where if place else "mjml", place.line if place else 1)


def _text_faults(text: Text, parents: list[str], freezer: Freezer) -> Iterator[Fault]:
    parent = parents[-1] if parents else "mjml"
    if parent == "mj-style":
        if freezer.holds(text.content):
            yield fault("stray-liquid", text.place.where, text.place.line, parent=parent)
        yield from _style_faults(text.content, text.place.where, text.place.line)
    elif parent in schema.CHILDREN or parent == "mj-attributes":
        word = _stray(text.content, parent, freezer)
        if word:
            yield fault(word, text.place.where, text.place.line, parent=parent)


def _stray(content: str, parent: str, freezer: Freezer) -> str | None:
    if not content.strip():
        return None
    if not freezer.is_only_tags(content):
        return "stray-text"
    return None if parent in schema.LIQUID_BETWEEN else "stray-liquid"


def _tag_faults(tag: Tag, parents: list[str], freezer: Freezer) -> Iterator[Fault]:
    parent = parents[-1] if parents else ""
    word = _tag_fault(tag.name, parent)
    if word == "refused-tag":
        spanish, english = schema.REFUSED[tag.name]
        yield fault(word, tag.place.where, tag.place.line, tag=tag.name, why_es=spanish, why_en=english)
    elif word:
        yield fault(word, tag.place.where, tag.place.line, tag=tag.name, parent=parent)
    elif parent == "mj-attributes":
        yield from _default_faults(tag)
    else:
        yield from _attribute_faults(tag, freezer)


def _tag_fault(name: str, parent: str) -> str | None:
    if name in schema.REFUSED:
        return "refused-tag"
    if parent == "mj-attributes":
        return None if name in {"mj-all", "mj-class"} or name in schema.ATTRIBUTES else "unknown-tag"
    if name not in schema.ATTRIBUTES and name not in schema.HTML_TAGS:
        return "unknown-tag"
    if parent in schema.CHILDREN:
        return None if name in schema.CHILDREN[parent] else "misplaced"
    inside_html = parent in schema.HTML_INSIDE or parent in schema.HTML_TAGS
    return "misplaced" if inside_html and name not in schema.HTML_TAGS else None


def _default_faults(tag: Tag) -> Iterator[Fault]:
    every = frozenset[str]().union(*schema.ATTRIBUTES.values()) | {"name"}
    allowed = every if tag.name in {"mj-all", "mj-class"} else schema.ATTRIBUTES[tag.name]
    for name in tag.attributes:
        if name not in allowed:
            yield fault("unknown-attribute", tag.place.where, tag.place.line, tag=tag.name, name=name)


def _attribute_faults(tag: Tag, freezer: Freezer) -> Iterator[Fault]:
    where, line = tag.place.where, tag.place.line
    for name, value in tag.attributes.items():
        if (tag.name, name) in schema.REFUSED_ATTRIBUTES or name.startswith("on") or name == "srcdoc":
            yield fault("refused-attribute", where, line, name=name)
        elif not _knows(tag.name, name):
            yield fault("unknown-attribute", where, line, tag=tag.name, name=name)
        else:
            yield from _value_faults(name, html.unescape(value).strip(), where, line, freezer)
    if tag.name == "mj-hero" and tag.attributes.get("mode") != "fixed-height":
        yield fault("refused-attribute", where, line, name='mode="fluid-height"')


def _knows(tag: str, name: str) -> bool:
    if tag in schema.ATTRIBUTES:
        return name in schema.ATTRIBUTES[tag]
    return name in schema.HTML_COMMON or name in schema.HTML_ATTRIBUTES.get(tag, ()) or name.startswith(("data-", "aria-"))


def _value_faults(name: str, value: str, where: str, line: int, freezer: Freezer) -> Iterator[Fault]:
    if name in {"href", "base-url", "cite"} and not is_link(value, freezer):
        yield fault("address", where, line, url=freezer.thaw(value)[:80])
    elif name in _PICTURE_ATTRIBUTES and not is_picture(value, freezer):
        yield fault("picture", where, line, url=freezer.thaw(value)[:80])
    elif name == "srcset":
        yield from (fault("picture", where, line, url=one[:80]) for one in value.split(",") if not is_picture(one.strip(), freezer))
    elif name not in {"alt", "title", "content"}:
        yield from _style_faults(value, where, line)


def is_link(value: str, freezer: Freezer) -> bool:
    """Whether a link may lead there: the web, a mail, a telephone, or a place of ours that a tag names."""
    return bool(_LINK.match(value)) or freezer.is_safe_address(value)


def is_picture(value: str, freezer: Freezer) -> bool:
    """Whether a mail can show it: a full web address, or one that begins with a tag of ours."""
    return bool(_PICTURE.match(value)) or freezer.is_safe_address(value)


def _style_faults(css: str, where: str, line: int) -> Iterator[Fault]:
    for loud in _LOUD_CSS.finditer(css):
        yield fault("style", where, line + css.count("\n", 0, loud.start()), name=loud.group())
    for address in _CSS_URL.finditer(css):
        if not _PICTURE.match(address.group(1)):
            yield fault("style", where, line + css.count("\n", 0, address.start()), name=f"url({address.group(1)[:60]})")
