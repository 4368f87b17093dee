"""Gives a mail's links their numbers, puts the counting picture and the preheader's padding in their places."""

from lxml import html as lxml_html
from lxml.html import HtmlElement

from mailflow.content.freeze import Freezer

_PADDING = "\u00a0\u200c" * 60
"""After the preheader, so that no mail program fills its line with the mail's first words."""
TOP_PIXEL_SIZE = 80_000
"""Bytes of HTML beyond which a mail program may clip the end; the picture then goes to the top."""


def number_links(root: HtmlElement, freezer: Freezer) -> tuple[str, ...]:
    """Replace every web link by ``{{ link_N }}`` and return the targets; one address has one number.

    Links of ours and those that hold something personal stay as they are: the tracking door only leads to
    addresses that are written in our tables.
    """
    targets: dict[str, str] = {}
    for anchor in root.iter("a", "area"):
        address = (anchor.get("href") or "").strip()
        if address.lower().startswith(("http://", "https://")) and not freezer.holds(address):
            if address not in targets:
                targets[address] = freezer.keep(f"{{{{ link_{len(targets) + 1} }}}}")
            anchor.set("href", targets[address])
    return tuple(targets)


def body_of(root: HtmlElement) -> HtmlElement:
    """The document's body; the compiler always writes one."""
    body = root.find("body")
    if body is None:
        raise ValueError("a document without a body")
    return body


def place_pixel(root: HtmlElement, freezer: Freezer, size: int) -> None:
    """Put ``{{ pixel }}`` at the end of the body, or after the preheader in a long mail."""
    body = body_of(root)
    word = freezer.keep("{{ pixel }}")
    preview = preheader_box(root)
    if size > TOP_PIXEL_SIZE and preview is not None:
        preview.tail = word + (preview.tail or "")
    elif len(body):
        body[-1].tail = (body[-1].tail or "") + word


def preheader_box(root: HtmlElement) -> HtmlElement | None:
    """The hidden first box of the body that holds the preheader, if there is one."""
    body = body_of(root)
    first = next((child for child in body if isinstance(child.tag, str)), None)
    hidden = first is not None and "display:none" in (first.get("style") or "").replace(" ", "")
    return first if hidden else None


def pad_preheader(root: HtmlElement) -> None:
    """Make the preheader long enough that nothing follows it in the list of mails."""
    box = preheader_box(root)
    if box is not None:
        box.append(lxml_html.fragment_fromstring(f"<span>{_PADDING}</span>"))
