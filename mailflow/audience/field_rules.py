"""Pure decisions about a field being made or changed: its key, its options, and what it may be."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mailflow.audience.words import FieldKind, Level
from mailflow.foundation.language import Words

LONGEST_LABEL = 80
LONGEST_HELP = 200
MOST_OPTIONS = 300
MOST_REPORTED = 12
"""Every further field multiplies the cells that reports are counted in."""
LONGEST_KEY = 40
CHOSEN = frozenset({FieldKind.ONE_OF, FieldKind.MANY_OF})
"""Kinds whose options the company writes."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAKEN = frozenset(
    [
        *("email", "use_email", "lists", "shown_lists", "list", "consent", "tracking", "shown", "do", "form_token", "website", "lang"),
        *("language", "zone", "status", "source", "age", "id", "subscriber"),
    ]
)
"""Names that forms, reports or mails use for something else."""
_DATE_PARTS = ("_day", "_month", "_year")
_CURRENCY = re.compile(r"[A-Z]{3}")


class FieldReason(StrEnum):
    """What became of making, changing or ending a field."""

    MADE = "made"
    CHANGED = "changed"
    ARCHIVED = "archived"
    BACK = "back"
    DELETED = "deleted"
    LABEL = "label"
    """A label is missing in a language, or too long."""
    HELP = "help"
    KEY = "key"
    KEY_TAKEN = "key-taken"
    NO_OPTIONS = "no-options"
    MANY_OPTIONS = "many-options"
    OPTION = "option"
    """An option has no words in one of the languages, or the same as another."""
    CURRENCY = "currency"
    LEVEL = "level"
    NOT_REPORTED = "not-reported"
    """Fields of this kind tell too many people apart to be reported."""
    MANY_REPORTED = "many-reported"


@dataclass(frozen=True)
class FieldSheet:
    """What a field says and asks; ``options`` are those written, with the key of those that were there already."""

    label: Words
    help: Words = field(default_factory=dict)
    options: Sequence[Mapping[str, Any]] = ()
    public: bool = False
    required: bool = False
    report: bool = False


def key_of(labels: Words, taken: Collection[str], *, otherwise: str = "field") -> str:
    """A free key from a label, such as mails can name: "Talla de camiseta" gives "talla_de_camiseta"."""
    base = next((key for text in labels.values() if (key := _plain(text))), otherwise)
    base = f"{otherwise}_{base}" if not base[0].isalpha() or base in _TAKEN else base
    base = f"{base[: LONGEST_KEY - 6].strip('_')}_value" if base.endswith(_DATE_PARTS) else base[:LONGEST_KEY].strip("_")
    numbered = (f"{base[: LONGEST_KEY - 4]}_{number}" for number in range(2, 10_000))
    return next(key for key in (base, *numbered) if key not in taken)


def key_fault(key: str) -> bool:
    """Whether a key cannot be: mails, forms and reports use it as a name."""
    return not _KEY.fullmatch(key) or key in _TAKEN or key.endswith(_DATE_PARTS)


def sheet_fault(kind: FieldKind, sheet: FieldSheet, *, level: str, currency: str, reported: int) -> FieldReason | None:
    """Why this cannot be a field; ``reported`` is how many others are told apart in reports."""
    if not all(sheet.label.get(language, "").strip() and len(sheet.label[language]) <= LONGEST_LABEL for language in ("es", "en")):
        return FieldReason.LABEL
    if any(len(text) > LONGEST_HELP for text in sheet.help.values()):
        return FieldReason.HELP
    if kind == FieldKind.MONEY and not _CURRENCY.fullmatch(currency):
        return FieldReason.CURRENCY
    if kind == FieldKind.PLACE and level not in tuple(Level):
        return FieldReason.LEVEL
    if sheet.report:
        return _report_fault(kind, level, reported)
    return None


def _report_fault(kind: FieldKind, level: str, reported: int) -> FieldReason | None:
    tells = kind in (*CHOSEN, FieldKind.BOOLEAN) or (kind == FieldKind.PLACE and level != Level.CITY)
    if not tells:
        return FieldReason.NOT_REPORTED
    return FieldReason.MANY_REPORTED if reported >= MOST_REPORTED else None


def may_report(key: str, kind: str, level: str) -> bool:
    """Whether reports can tell people apart by such a field; a date of birth counts by age."""
    return key == "birth_date" or _report_fault(FieldKind(kind), level, 0) is None


def options_fault(options: Sequence[Mapping[str, Any]]) -> FieldReason | None:
    """Why these options cannot be: each needs words of its own in each language."""
    if not options:
        return FieldReason.NO_OPTIONS
    if len(options) > MOST_OPTIONS:
        return FieldReason.MANY_OPTIONS
    for language in ("es", "en"):
        words = [str(option["label"].get(language, "")).strip() for option in options]
        if not all(words) or len({word.casefold() for word in words}) < len(words) or max(map(len, words)) > LONGEST_LABEL:
            return FieldReason.OPTION
    return None


def merged_options(
    before: Sequence[Mapping[str, Any]], written: Sequence[Mapping[str, Any]], held: Collection[str]
) -> list[dict[str, Any]]:
    """The options as written, new ones with keys of their own; one taken away stays, switched off, while somebody has it."""
    there = {str(option["key"]) for option in before}
    keys, merged = set(there), []
    for option in written:
        key = str(option.get("key") or "")
        if key not in there:
            key = key_of(option["label"], keys, otherwise="option")
            keys.add(key)
        merged.append({"key": key, "label": dict(option["label"])} | ({"off": True} if option.get("off") else {}))
    kept = {one["key"] for one in merged}
    return merged + [dict(option) | {"off": True} for option in before if option["key"] not in kept and option["key"] in held]


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
