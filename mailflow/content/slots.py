"""What a marketer typed, made fit for a template: escaped, cleaned, complete; tags in it already asleep."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

import nh3
from markupsafe import Markup

from mailflow.content.faults import fault
from mailflow.content.freeze import Freezer
from mailflow.content.mjml.lint import is_link, is_picture
from mailflow.content.words import CompileError, Fault, Slot

RICH_TAGS = {"a", "b", "br", "em", "h2", "h3", "i", "li", "ol", "p", "s", "span", "strong", "sub", "sup", "u", "ul"}
_PRODUCT_TEXTS = ("name", "line", "price", "alt", "button")
_LOOKS_LIKE_HTML = re.compile(r"</?[a-zA-Z][^>]*>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def fill(slots: tuple[Slot, ...], values: Mapping[str, Any], freezer: Freezer, pictures: str, language: str) -> dict[str, Any]:
    """Every slot's value as its template expects it; raises CompileError naming each slot that is not as it should be."""
    faults: list[Fault] = []
    filled: dict[str, Any] = {}
    for slot in slots:
        value = values.get(slot.key, slot.default.get(language, slot.default.get("es")))
        try:
            filled[slot.key] = _shape(slot, value, freezer, pictures)
        except CompileError as error:
            faults.extend(error.faults)
        except (TypeError, ValueError, AttributeError, KeyError):
            faults.append(_about(slot, "slot-kind"))
        if slot.required and not filled.get(slot.key, True):
            faults.append(_about(slot, "required"))
    if faults:
        raise CompileError(tuple(faults))
    return filled


def rich(text: str, freezer: Freezer, where: str) -> Markup:
    """Words with simple HTML, cleaned; plain text becomes paragraphs and line breaks."""
    frozen = freezer.freeze(checked_text(text, where), where)
    if not _LOOKS_LIKE_HTML.search(frozen):
        frozen = _paragraphs(frozen)
    return Markup(  # noqa: S704 - cleaned on this very line
        nh3.clean(
            frozen,
            tags=RICH_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel=None,
        )
    )


def plain(text: str, freezer: Freezer, where: str) -> str:
    """Words without any HTML; the template escapes them."""
    return freezer.freeze(checked_text(text, where), where).strip()


def checked_text(text: str, where: str) -> str:
    """``text`` itself, or CompileError at the line of a character that no mail may hold."""
    if bad := _CONTROL.search(text):
        raise CompileError((fault("control", where, text.count("\n", 0, bad.start()) + 1),))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _paragraphs(text: str) -> str:
    parts = [html.escape(html.unescape(part.strip()), quote=False).replace("\n", "<br>") for part in re.split(r"\n\s*\n", text)]
    return parts[0] if len(parts) == 1 else "".join(f"<p>{part}</p>" for part in parts if part)


def _about(slot: Slot, word: str) -> Fault:
    spanish = slot.label.get("es", slot.key)
    return fault(word, slot.key, None, label_es=spanish, label_en=slot.label.get("en", spanish))


def _shape(slot: Slot, value: Any, freezer: Freezer, pictures: str) -> Any:
    shapes: dict[str, Callable[[Slot, Any, Freezer, str], Any]] = {
        "text": lambda slot, value, freezer, _: plain(_string(value), freezer, slot.key),
        "richtext": lambda slot, value, freezer, _: rich(_string(value), freezer, slot.key),
        "choice": _choice,
        "url": lambda slot, value, freezer, _: _link(_string(value), freezer, slot.key),
        "image": _image,
        "products": _products,
    }
    return shapes[slot.kind](slot, value, freezer, pictures)


def _string(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, (str, int, float)):
        raise TypeError("text expected")
    return str(value)


def _choice(slot: Slot, value: Any, _freezer: Freezer, _pictures: str) -> str:
    text = _string(value)
    if text and slot.options and text not in {option for option, _ in slot.options}:
        raise ValueError(text)
    return text


def _link(text: str, freezer: Freezer, where: str) -> str:
    frozen = plain(text, freezer, where)
    if frozen and not is_link(frozen, freezer):
        raise CompileError((fault("address", where, None, url=text[:80]),))
    return frozen


def _picture(text: str, freezer: Freezer, where: str, pictures: str) -> str:
    """A full address; a bare file name means the installation's own picture folder."""
    frozen = plain(text, freezer, where)
    if re.fullmatch(r"[\w-]+\.(?:png|jpe?g|gif|webp)", frozen):
        return f"{pictures}/{frozen}"
    if frozen and not is_picture(frozen, freezer):
        raise CompileError((fault("picture", where, None, url=text[:80]),))
    return frozen


def _image(slot: Slot, value: Any, freezer: Freezer, pictures: str) -> dict[str, str]:
    if not value:
        return {}
    given = {"url": value} if isinstance(value, str) else value
    url = _picture(_string(given.get("url")), freezer, slot.key, pictures)
    return {"url": url, "alt": plain(_string(given.get("alt")), freezer, slot.key)} if url else {}


def _products(slot: Slot, value: Any, freezer: Freezer, pictures: str) -> list[dict[str, str]]:
    if not isinstance(value or [], list):
        raise TypeError("list expected")
    return [_product(slot.key, one, freezer, pictures) for one in value or [] if any(one.values())]


def _product(where: str, given: Mapping[str, Any], freezer: Freezer, pictures: str) -> dict[str, str]:
    product = {key: plain(_string(given.get(key)), freezer, where) for key in _PRODUCT_TEXTS}
    product["url"] = _link(_string(given.get("url")), freezer, where)
    product["picture"] = _picture(_string(given.get("picture")), freezer, where, pictures)
    return product
