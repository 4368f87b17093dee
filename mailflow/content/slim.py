"""A mail's HTML without what is said twice: each byte is sent to every reader, and quoted-printable makes it dearer still."""

import re

from lxml.html import HtmlElement

_RESET = frozenset({"border-collapse:collapse", "mso-table-lspace:0", "mso-table-rspace:0"})
"""The compiler's first rule for tables and cells, which stays in the head; MJML itself never writes it into each tag."""
_BETWEEN_OUTLOOKS = re.compile(r"<!\[endif\]-->\s*<!--\[if mso \| IE\]>")
_MARGIN = re.compile(r"\n\s+")
_NOT_PLAIN = re.compile(r"[\"'(]")


def slim(root: HtmlElement) -> None:
    """Drop declarations that say what the tag says already, and white space in styles; the mail looks as it did."""
    for tag in root.iter("*"):
        if tag.tag == "style":
            tag.text = _MARGIN.sub("\n", tag.text or "")
        elif "style" in tag.attrib:
            _slim_style(tag)


def without_gaps_for_outlook(html: str) -> str:
    """``html`` with what is for Outlook alone in one piece where nothing stands between, as MJML's own compiler writes it."""
    return _BETWEEN_OUTLOOKS.sub("", html)


def _slim_style(tag: HtmlElement) -> None:
    style = tag.attrib["style"]
    if _NOT_PLAIN.search(style):  # a semicolon may be part of a value
        return
    # Without its own spacing to take away, a table needs the rule even where style sheets are not read.
    spare = _RESET if tag.tag in {"td", "th"} or (tag.tag == "table" and tag.get("cellspacing") == "0") else frozenset()
    kept = [declaration for each in style.split(";") if (declaration := each.strip()) and declaration not in spare]
    if kept:
        tag.attrib["style"] = ";".join(kept)
    else:
        del tag.attrib["style"]
