"""What is looked at before a newsletter goes out; each check says in words whether it is well."""

import re
from collections.abc import Iterator, Mapping

from lxml import html as lxml_html
from lxml.html import HtmlElement

from mailflow.content.person_fields import ALWAYS_KNOWN
from mailflow.content.words import Check, Compiled

LARGEST_HTML = 100_000
"""Gmail cuts a mail off near 102,400 bytes; what is added for each reader needs room too."""
_LONGEST_SUBJECT = 60
_TAG = re.compile(
    r"\{%-?\s*(?P<block>if|unless|case)\b(?P<condition>.*?)-?%\}"
    r"|\{%-?\s*(?P<end>endif|endunless|endcase)\s*-?%\}"
    r"|\{\{-?\s*subscriber\.(?P<name>\w+)\s*(?P<filters>\|[^}]*)?-?\}\}",
    re.DOTALL,
)
_PLACEHOLDER = re.compile(
    r"https?://(?:(?:www\.)?example\.(?:com|org|net)|(?:localhost|127\.0\.0\.1)(?!:\d+/demo/shop/))(?:[:/?#]|$)", re.IGNORECASE
)
"""Addresses that stand for one still to be written, as the first brand's shop does; the demo's shop does stand on this machine."""


def check(compiled: Compiled, *, brand: Mapping[str, str]) -> list[Check]:
    """Every check of a newsletter, those that failed among them, in the order a marketer reads them."""
    root = lxml_html.document_fromstring(compiled.html)
    return [
        _unsubscribe(root),
        _postal_address(compiled, brand),
        _subject(compiled),
        _preheader(compiled),
        _alternatives(root),
        _fallbacks(compiled),
        _links(root, compiled),
        _untracked(root),
        _size(compiled),
    ]


def _result(ok: bool, word: str, well: tuple[str, str], ill: tuple[str, str]) -> Check:
    spanish, english = well if ok else ill
    return Check(ok, word, {"es": spanish, "en": english})


def _hrefs(root: HtmlElement) -> Iterator[str]:
    return (anchor.get("href") or "" for anchor in root.iter("a", "area"))


def _unsubscribe(root: HtmlElement) -> Check:
    return _result(
        any("links.unsubscribe" in href for href in _hrefs(root)),
        "unsubscribe",
        ("Lleva un enlace para darse de baja.", "It has a link to unsubscribe."),
        ("Falta el enlace para darse de baja.", "The link to unsubscribe is missing."),
    )


def _postal_address(compiled: Compiled, brand: Mapping[str, str]) -> Check:
    address = " ".join((brand.get("postal_address") or "").split())
    there = bool(address) and (address in " ".join(compiled.text.split()) or "shop.postal_address" in compiled.text)
    return _result(
        there,
        "postal-address",
        ("Lleva la dirección postal de la tienda.", "It has the shop's postal address."),
        (
            "Falta la dirección postal: escríbela en Ajustes y deja el pie en el correo.",
            "The postal address is missing: write it in Settings and keep the foot in the mail.",
        ),
    )


def _subject(compiled: Compiled) -> Check:
    length = len(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", compiled.subject))
    return _result(
        len(compiled.subject) > 0 and length <= _LONGEST_SUBJECT,
        "subject-length",
        ("El asunto cabe en un teléfono.", "The subject fits on a phone."),
        (
            f"El asunto tiene {length} caracteres; en un teléfono se ven unos {_LONGEST_SUBJECT}.",
            f"The subject has {length} characters; a phone shows about {_LONGEST_SUBJECT}.",
        ),
    )


def _preheader(compiled: Compiled) -> Check:
    return _result(
        bool(compiled.preheader) and compiled.preheader != compiled.subject,
        "preheader",
        ("Hay un texto de vista previa.", "There is a preview text."),
        ("Falta el texto de vista previa, o repite el asunto.", "The preview text is missing, or repeats the subject."),
    )


def _alternatives(root: HtmlElement) -> Check:
    missing = sum(1 for picture in root.iter("img") if not (picture.get("alt") or "").strip())
    return _result(
        missing == 0,
        "alt",
        ("Todas las imágenes dicen qué se ve en ellas.", "All pictures say what is seen in them."),
        (f"Imágenes sin descripción: {missing}.", f"Pictures without a description: {missing}."),
    )


def _fallbacks(compiled: Compiled) -> Check:
    bare = sorted({name for text in (compiled.subject, compiled.preheader, compiled.html) for name in _bare(text)})
    return _result(
        not bare,
        "fallback",
        ("Los datos personales tienen qué decir cuando faltan.", "Personal values have something to say where they are missing."),
        (
            f'Puede quedar un hueco para quien no dio este dato: {", ".join(bare)}. Añade «| default: "…"» o una condición.',
            f'A gap may remain for those who did not give: {", ".join(bare)}. Add “| default: "…"” or a condition.',
        ),
    )


def _bare(text: str) -> Iterator[str]:
    """Names of the reader's values that ``text`` writes with neither a default nor a condition about them around."""
    guards: list[str] = []
    for tag in _TAG.finditer(text):
        block, end, condition, name, filters = tag.group("block", "end", "condition", "name", "filters")
        if block:
            guards.append(condition or "")
        elif end and guards:
            guards.pop()
        elif name and name not in ALWAYS_KNOWN and not _is_safe(name, filters or "", guards):
            yield name


def _is_safe(name: str, filters: str, guards: list[str]) -> bool:
    return "default" in filters or any(re.search(rf"\bsubscriber\.{name}\b", guard) for guard in guards)


def _links(root: HtmlElement, compiled: Compiled) -> Check:
    unfinished = [url for url in compiled.links if _PLACEHOLDER.match(url)]
    empty = sum(1 for anchor in root.iter("a") if not (anchor.get("href") or "").strip("# "))
    return _result(
        not unfinished and not empty,
        "links",
        ("Los enlaces están completos.", "The links are complete."),
        (f"Enlaces por terminar: {', '.join(unfinished) or empty}.", f"Unfinished links: {', '.join(unfinished) or empty}."),
    )


def _untracked(root: HtmlElement) -> Check:
    personal = {href for href in _hrefs(root) if href.startswith("http") and "{{" in href}
    return _result(
        not personal,
        "untracked",
        ("Los clics de todos los enlaces se cuentan.", "Clicks on all links are counted."),
        (
            f"Enlaces con datos personales, cuyos clics no se cuentan: {len(personal)}.",
            f"Links with personal values, whose clicks are not counted: {len(personal)}.",
        ),
    )


def _size(compiled: Compiled) -> Check:
    kilobytes = round(compiled.size / 1000)
    return _result(
        compiled.size < LARGEST_HTML,
        "size",
        (f"Ocupa {kilobytes} kB; Gmail lo muestra entero.", f"It is {kilobytes} kB; Gmail shows all of it."),
        (
            f"Ocupa {kilobytes} kB; Gmail corta los correos de más de {LARGEST_HTML // 1000} kB.",
            f"It is {kilobytes} kB; Gmail cuts mails beyond {LARGEST_HTML // 1000} kB.",
        ),
    )
