"""What a row says by itself, before anybody is looked up: pure, and the same on paper and in earnest."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from mailflow.audience.address import read_address
from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.nobodys import is_disposable, is_role
from mailflow.audience.importing.statuses import standing
from mailflow.audience.importing.words import EMAIL, LANGUAGE, STATUS, Judged, Outcome, Policies, Row
from mailflow.audience.models import Field
from mailflow.audience.rules import parse_fields
from mailflow.audience.words import AddressFault, FieldKind
from mailflow.foundation.language import known_language

_FAULTS = {AddressFault.MISSING: Outcome.NO_ADDRESS, AddressFault.LOOK_ALIKE: Outcome.LOOK_ALIKE, AddressFault.TYPO: Outcome.TYPO}
_INVISIBLE = {ord(letter): None for letter in "\u200b\u200c\u200d\u2060\ufeff\u00ad"}
_BRACKETED = re.compile(r"[^<>]*<([^<>]+)>\s*")
_PLAIN = re.compile(r"[a-z0-9_][a-z0-9_+-]{0,29}(\.[a-z0-9_+-]{1,30}){0,2}@")
"""Local parts that nobody need look at twice; the domain is read once and remembered."""
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YES = frozenset({"1", "si", "s", "yes", "y", "true", "verdadero", "x", "on"})
_DROPPED = object()
"""Stands for what could not be understood."""
_APART = re.compile(r"[,;|]")
_MOST_REMEMBERED = 50_000


class Judge:
    """Reads row after row of one file by one mapping; what domains and choices came to is remembered."""

    def __init__(self, mapping: Mapping[str, str], fields: Sequence[Field], *, today: date, policies: Policies = Policies()) -> None:
        """``mapping`` says by a column's place what it holds."""
        self._places = {target: int(place) for place, target in mapping.items()}
        self._named = [(field, field.key) for field in fields if field.key in self._places]
        self._choices = {key: _choices(field) for field, key in self._named if field.options}
        self._today = today
        self._policies = policies
        self._domains: set[str] = set()
        self._cells: dict[tuple[str, str], Any] = {}

    def judge(self, row: Row) -> Judged:
        """What it comes to; its outcome is open where it can come in."""
        if row.broken:
            return Judged(Outcome.UNREADABLE)
        typed = self._cell(row, EMAIL).translate(_INVISIBLE).strip()
        if bracketed := _BRACKETED.fullmatch(typed):
            typed = bracketed[1].strip()
        read = self._address(typed.removeprefix("mailto:"))
        stays_out = read.outcome or standing(self._cell(row, STATUS)) or (Outcome(read.note) if self._policies.refuses(read.note) else None)
        if stays_out:
            return replace(read, outcome=stays_out)
        language = known_language(self._cell(row, LANGUAGE)[:2].lower()) or ""
        values, dropped = self._values(row)
        return Judged(None, read.email, language, values, dropped, read.note)

    def _values(self, row: Row) -> tuple[dict[str, Any], list[str]]:
        values, dropped = {}, []
        for field, key in self._named:
            value = self._value(field, key, self._cell(row, key))
            if value is _DROPPED:
                dropped.append(key)
            elif value is not None:
                values[key] = value
        return values, dropped

    def _value(self, field: Field, key: str, cell: str) -> Any:
        """What a cell says of a field: many people share a name, a city, a year; a cell that was read is not read again."""
        if not cell:
            return None
        if (key, cell) not in self._cells:
            parsed = parse_fields([field], {key: self._answers(field, cell)}, today=self._today)
            if len(self._cells) >= _MOST_REMEMBERED:
                self._cells.clear()
            self._cells[key, cell] = _DROPPED if parsed.errors else parsed.values.get(key)
        return self._cells[key, cell]

    def _cell(self, row: Row, target: str) -> str:
        place = self._places.get(target)
        return row.cells[place].strip() if place is not None and place < len(row.cells) else ""

    def _address(self, typed: str) -> Judged:
        local, at, domain = typed.rpartition("@")
        domain = domain.lower()
        if at and _PLAIN.fullmatch(f"{local.lower()}@") and domain in self._domains:
            return Judged(email=f"{local}@{domain}", note=_mark(local, domain))
        read = read_address(typed)
        if read.fault:
            return Judged(_FAULTS.get(read.fault, Outcome.BAD_ADDRESS), note=read.suggestion)
        if len(self._domains) < _MOST_REMEMBERED and read.email.endswith(f"@{domain}"):
            self._domains.add(domain)
        local, _, domain = read.email.rpartition("@")
        return Judged(email=read.email, note=_mark(local, domain))

    def _answers(self, field: Field, cell: str) -> list[str]:
        """A cell as the field's own parser takes it: keys for choices, ISO dates, plain numbers."""
        if field.kind == FieldKind.MANY_OF:
            return [self._chosen(field, part) for part in _APART.split(cell) if part.strip()]
        if field.key in self._choices:
            return [self._chosen(field, cell)]
        if field.kind == FieldKind.DATE:
            return [_iso(cell)]
        if field.kind == FieldKind.BOOLEAN:
            return ["yes" if plain(cell) in _YES else "no"]
        return [unicodedata.normalize("NFC", cell.translate(_INVISIBLE))]

    def _chosen(self, field: Field, cell: str) -> str:
        return self._choices.get(field.key, {}).get(plain(cell), cell)


def _mark(local: str, domain: str) -> str:
    return Outcome.DISPOSABLE if is_disposable(domain) else Outcome.ROLE if is_role(local) else ""


def _choices(field: Field) -> dict[str, str]:
    """Keys by all the words for them, in any language and without accents."""
    found: dict[str, str] = {}
    options: Sequence[Mapping[str, Any]] = field.options
    for option in options:
        for word in (option["key"], *option["label"].values()):
            found.setdefault(plain(str(word)), option["key"])
    return found


def _iso(cell: str) -> str:
    """As in Spain, the day stands first: 5/3/1988 is in March."""
    bare, _, _ = cell.replace("T", " ").partition(" ")
    if found := _DAY_FIRST.fullmatch(bare):
        day, month, year = found.groups()
        return f"{year}-{month}-{day}"
    return bare
