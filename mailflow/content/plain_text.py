"""The text part of a mail, read from its HTML: paragraphs, lists, links as "words (address)"."""

import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlComment, HtmlElement

_BLOCKS = frozenset(
    {"address", "blockquote", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
     "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)  # fmt: skip
_SKIPPED = frozenset({"head", "style", "script", "title", "noscript"})
_LINE = "\n"
_GAP = "\n\n"
_SPACE = re.compile(r"[ \t\r\n\f\u200c\u034f]+")


def plain_text(body: HtmlElement, skip: HtmlElement | None = None, conditions: Callable[[str], str] | None = None) -> str:
    """The words of ``body`` in reading order; ``skip`` (the preheader's box) and pictures are left out.

    ``conditions`` finds the personal conditions in a comment: the compiler writes some of them between the
    lines that only Outlook reads, and the text must keep them.
    """
    written = "".join(_collapse(_pieces(body, skip, conditions)))
    lines = [line.strip() for line in written.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _pieces(root: HtmlElement, skip: HtmlElement | None, conditions: Callable[[str], str] | None) -> Iterator[str]:
    """Texts and breaks in order, without recursion: mails nest deep."""
    waiting: list[HtmlElement | str] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
            continue
        if item.tail and item is not root:
            waiting.append(_words(item.tail))
        if _is_read(item, skip):
            yield from _beginning(item)
            waiting.extend([_ending(item), *reversed(list(item)), _words(item.text or "")])
        elif isinstance(item, HtmlComment) and conditions:
            yield conditions(item.text or "")


def _words(text: str) -> str:
    return _SPACE.sub(" ", text)


def _is_read(item: HtmlElement, skip: HtmlElement | None) -> bool:
    return isinstance(item.tag, str) and item.tag not in _SKIPPED and item is not skip


def _beginning(item: HtmlElement) -> Iterator[str]:
    if item.tag == "br":
        yield _LINE
    elif item.tag == "li":
        yield _LINE + "- "
    elif item.tag in _BLOCKS:
        yield _GAP if _stands_apart(item) else _LINE


def _ending(item: HtmlElement) -> str:
    if item.tag == "a":
        return _address(item)
    if item.tag in _BLOCKS:
        return _GAP if _stands_apart(item) else _LINE
    return ""


def _stands_apart(item: HtmlElement) -> bool:
    return item.tag in {"p", "h1", "h2", "h3", "ul", "ol", "blockquote", "table"}


def _address(anchor: HtmlElement) -> str:
    """The link's address in brackets, unless its words are the address already or it shows only a picture."""
    address, words = (anchor.get("href") or "").strip(), "".join(anchor.itertext()).strip()
    if not address or not words or address in {words, f"mailto:{words}", f"tel:{words}"}:
        return ""
    return f" ({address})"


def _collapse(pieces: Iterator[str]) -> Iterator[str]:
    """Drop white space at the beginning of lines, which layout tables are full of."""
    at_start = True
    for piece in pieces:
        text = piece.lstrip(" ") if at_start else piece
        if text:
            yield text
            at_start = text.endswith(("\n", " "))
