"""Text with paragraphs, bold and links: kept as simple clean HTML, written as **bold** and [words](address)."""

import html
import re
from html.parser import HTMLParser

import nh3

_TAGS = {"p", "br", "b", "a"}
_SCHEMES = {"http", "https", "mailto", "tel"}
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ASLEEP = re.compile(r"zq(\d+)qz")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]*)\)")
_TAG_LIKE = re.compile(r"<(?=[a-zA-Z/!?])")
_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def to_html(marks: str) -> str:
    """The HTML that ``marks`` stand for: <p>, <br>, <b> and <a href> only, whatever else was typed; personal tags stay as they are."""
    tags: list[str] = []
    asleep = _LIQUID.sub(lambda match: _keep(tags, match.group()), _ASLEEP.sub("", marks.replace("\r\n", "\n")))
    marked = _LINK.sub(_anchor, _BOLD.sub(r"<b>\1</b>", _plain_bold(asleep)))
    parts = [part.strip().replace("\n", "<br>") for part in _GAP.split(marked) if part.strip()]
    whole = parts[0] if len(parts) == 1 else "".join(f"<p>{part}</p>" for part in parts)
    clean = nh3.clean(whole, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel=None)
    return _ASLEEP.sub(lambda match: tags[int(match.group(1))], clean.replace("<p></p>", ""))


def to_marks(value: str) -> str:
    """The marks that stand for a kept text, to be changed in a plain box; simple text comes back as it is."""
    tags: list[str] = []
    reader = _Marks()
    reader.feed(_LIQUID.sub(lambda match: _keep(tags, match.group()), value))
    reader.close()
    text = re.sub(r"\n{3,}", "\n\n", "".join(reader.pieces)).strip()
    return _ASLEEP.sub(lambda match: tags[int(match.group(1))], text)


def links_of(value: str) -> list[str]:
    """The addresses that a kept text links to."""
    return [html.unescape(found) for found in re.findall(r'href="([^"]*)"', value)]


def _keep(tags: list[str], tag: str) -> str:
    """A word that cleaning does not touch: it would escape the quotes and signs inside a tag."""
    tags.append(tag)
    return f"zq{len(tags) - 1}qz"


def _anchor(match: re.Match[str]) -> str:
    return f'<a href="{html.escape(match.group(2))}">{match.group(1)}</a>'


def _plain_bold(text: str) -> str:
    """<strong>, pasted from elsewhere, means the same as <b>."""
    return re.sub(r"<(/?)strong\b[^>]*>", r"<\1b>", text, flags=re.IGNORECASE)


class _Marks(HTMLParser):
    """Reads clean HTML and writes marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._addresses.append(dict(attrs).get("href") or "")
        self.pieces.append({"p": "\n\n", "br": "\n", "b": "**", "strong": "**", "a": "["}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.pieces.append(f"]({self._addresses.pop() if self._addresses else ''})")
        self.pieces.append({"p": "\n\n", "b": "**", "strong": "**"}.get(tag, ""))

    def handle_data(self, data: str) -> None:
        self.pieces.append(_TAG_LIKE.sub("&lt;", data))
