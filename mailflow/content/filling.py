"""What may fill a template's slots: typed values brought into shape, and what is wrong with them, without compiling."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mailflow.content.faults import fault
from mailflow.content.freeze import Freezer
from mailflow.content.merge import syntax_faults
from mailflow.content.mjml.lint import is_link, is_picture
from mailflow.content.richtext import links_of, to_html, to_marks
from mailflow.content.words import CompileError, Fault, Slot, Template

PRODUCT_PARTS = ("name", "line", "price", "url", "picture", "alt", "button")
MOST_PRODUCTS = 24
LONGEST_SUBJECT = 250

_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")
_OWN_PICTURE = re.compile(r"[\w-]+\.(?:png|jpe?g|gif|webp)")
_SENTENCES = {
    "subject-lines": ("El asunto tiene que caber en una línea.", "The subject must fit on one line."),
    "subject-long": (f"El asunto admite hasta {LONGEST_SUBJECT} caracteres.", f"A subject takes up to {LONGEST_SUBJECT} characters."),
    "alt": ("Describe la imagen para quien no la ve.", "Describe the picture for those who do not see it."),
    "product-name": ("Este producto no tiene nombre.", "This product has no name."),
    "choice": ("Elige una de las opciones.", "Choose one of the options."),
}


def clean(text: object) -> str:
    """Typed text without the invisible characters that no mail can carry."""
    return _INVISIBLE.sub("", str(text or "")).replace("\r\n", "\n")


def shaped(slot: Slot, value: object) -> Any:
    """``value`` in the shape its slot's kind is kept in, whatever was given."""
    if slot.kind == "image":
        parts = value if isinstance(value, Mapping) else {}
        return {key: clean(parts.get(key)).strip() for key in ("url", "alt")}
    if slot.kind == "products":
        rows = value if isinstance(value, list) else []
        return [_product(row) for row in rows[:MOST_PRODUCTS]]
    return to_html(to_marks(clean(value))) if slot.kind == "richtext" else clean(value).strip()


def _product(row: object) -> dict[str, str]:
    parts = row if isinstance(row, Mapping) else {}
    return {key: clean(parts.get(key)).strip() for key in PRODUCT_PARTS}


def faults_of(template: Template | None, subject: str, preheader: str, slots: Mapping[str, Any]) -> list[Fault]:
    """Everything that keeps this newsletter from being sent, each with its place: "subject", "slots.hero.alt", "slots.products.2.url"."""
    found = [*_subject_faults(subject), *syntax_faults(preheader, "preheader")]
    for slot in template.slots if template else ():
        found += _slot_faults(slot, shaped(slot, slots.get(slot.key)), f"slots.{slot.key}")
    return found


def _subject_faults(subject: str) -> list[Fault]:
    if not subject.strip():
        return [fault("subject", "subject")]
    if "\n" in subject.strip():
        return [_said("subject-lines", "subject")]
    if len(subject) > LONGEST_SUBJECT:
        return [_said("subject-long", "subject")]
    return syntax_faults(subject, "subject")


def _slot_faults(slot: Slot, value: Any, where: str) -> list[Fault]:
    if slot.required and not (value["url"] if slot.kind == "image" else value):
        spanish = slot.label.get("es", slot.key)
        english = slot.label.get("en", spanish)
        return [fault("required", f"{where}.url" if slot.kind == "image" else where, label_es=spanish, label_en=english)]
    return list(_value_faults(slot, value, where))


def _value_faults(slot: Slot, value: Any, where: str) -> Iterator[Fault]:
    match slot.kind:
        case "image":
            yield from _picture_faults(value["url"], value["alt"], f"{where}.url", f"{where}.alt")
        case "products":
            for number, row in enumerate(value):
                yield from _product_faults(row, f"{where}.{number}")
        case "url":
            yield from _address_faults(value, where)
        case "choice":
            if value and value not in {option for option, _ in slot.options}:
                yield _said("choice", where)
        case _:
            yield from syntax_faults(value, where)
            yield from (found for url in links_of(value) for found in _address_faults(url, where))


def _product_faults(row: Mapping[str, str], where: str) -> Iterator[Fault]:
    if not any(row.values()):
        return
    if not row["name"]:
        yield _said("product-name", f"{where}.name")
    for key in ("name", "line", "price", "button"):
        yield from syntax_faults(row[key], f"{where}.{key}")
    yield from _address_faults(row["url"], f"{where}.url")
    yield from _picture_faults(row["picture"], row["alt"], f"{where}.picture", f"{where}.alt")


def _picture_faults(url: str, alt: str, where: str, where_alt: str) -> Iterator[Fault]:
    if not url:
        return
    if found := syntax_faults(url, where):
        yield from found
    elif not _OWN_PICTURE.fullmatch(url) and not _serves(url, is_picture):
        yield fault("picture", where, url=url[:80])
    if not alt:
        yield _said("alt", where_alt)
    yield from syntax_faults(alt, where_alt)


def _address_faults(url: str, where: str) -> Iterator[Fault]:
    if found := syntax_faults(url, where):
        yield from found
    elif url and not _serves(url, is_link):
        yield fault("address", where, url=url[:80])


def _serves(url: str, rule: Callable[[str, Freezer], bool]) -> bool:
    """Whether an address will pass when the mail is compiled: the same rule, asked earlier."""
    freezer = Freezer(url)
    try:
        return rule(freezer.freeze(url, ""), freezer)
    except CompileError:
        return False


def _said(word: str, where: str) -> Fault:
    spanish, english = _SENTENCES[word]
    return Fault({"es": spanish, "en": english}, None, where)
