"""What a row says by itself, before anybody is looked up: pure, and the same on paper and in earnest."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from mailflow.audience.address import read_address
from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.nobodys import is_disposable, is_role
from mailflow.audience.importing.sexes import SEX
from mailflow.audience.importing.statuses import standing
from mailflow.audience.importing.words import EMAIL, LANGUAGE, STATUS, Judged, Outcome, Policies, Row
from mailflow.audience.models import Field
from mailflow.audience.profile import columns_of, parts_of
from mailflow.audience.rules import parse_fields
from mailflow.audience.words import AddressFault, FieldKind
from mailflow.foundation.language import known_language

_FAULTS = {AddressFault.MISSING: Outcome.NO_ADDRESS, AddressFault.LOOK_ALIKE: Outcome.LOOK_ALIKE, AddressFault.TYPO: Outcome.TYPO}
_INVISIBLE = {ord(letter): None for letter in "\u200b\u200c\u200d\u2060\ufeff\u00ad"}
_BRACKETED = re.compile(r"[^<>]*<([^<>]+)>\s*")
_PLAIN = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_+-]{0,29}(?:\.[A-Za-z0-9_+-]{1,16}){0,2})@([A-Za-z0-9.-]{1,180})")
"""Addresses whose local part nobody need look at twice (RFC 5321: 64 at most); the domain is read once and remembered."""
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YES = frozenset({"1", "si", "s", "yes", "y", "true", "verdadero", "x", "on"})
_DROPPED, _NOTHING = object(), object()
"""What stands for a cell that could not be understood, and for one that says nothing."""
_APART = re.compile(r"[,;|]")
_MOST_REMEMBERED = 50_000


class Judge:
    """Reads row after row of one file by one mapping; what domains and choices came to is remembered."""

    def __init__(
        self,
        mapping: Mapping[str, str],
        fields: Sequence[Field],
        *,
        today: date,
        policies: Policies = Policies(),
        sexes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """``mapping`` says by a column's place what it holds, ``sexes`` what the words of that column mean in this file."""
        self._places = {target: int(place) for place, target in mapping.items()}
        self._named = [(field, field.key, self._places[field.key]) for field in fields if field.key in self._places]
        self._choices = {key: _choices(field) for field, key, _ in self._named if field.options}
        if SEX in self._choices:
            self._choices[SEX] |= sexes
        self._today = today
        self._policies = policies
        self._domains: dict[str, str] = {}
        self._cells: dict[tuple[str, str], Any] = {}

    def judge(self, row: Row) -> Judged:
        """What it comes to; its outcome is open where it can come in."""
        if row.broken:
            return Judged(Outcome.UNREADABLE)
        outcome, email, note = self._address(self._cell(row, EMAIL))
        if outcome is None and note and self._policies.refuses(note):
            outcome = Outcome(note)
        if outcome is None and STATUS in self._places:
            outcome = standing(self._cell(row, STATUS))
        if outcome is not None:
            return Judged(outcome, email, note=note)
        language = known_language(self._cell(row, LANGUAGE)[:2].lower()) or "" if LANGUAGE in self._places else ""
        values, dropped = self._values(row.cells)
        return Judged(None, email, language, values, dropped, note)

    def _values(self, cells: Sequence[str]) -> tuple[dict[str, Any], Sequence[str]]:
        values, dropped, width = {}, [], len(cells)
        for field, key, place in self._named:
            cell = cells[place] if place < width else ""
            if not cell:
                continue
            value = self._cells.get((key, cell)) or self._value(field, key, cell)
            if value is _DROPPED:
                dropped.append(key)
            elif value is not _NOTHING:
                values[key] = value
        return values, dropped

    def _value(self, field: Field, key: str, cell: str) -> Any:
        """What a cell says of a field: many people share a name, a city, a year; a cell that was read is not read again."""
        parsed = parse_fields([field], {key: self._answers(field, cell.strip())}, today=self._today)
        if len(self._cells) >= _MOST_REMEMBERED:
            self._cells.clear()
        value = parsed.values.get(key)
        kept = _DROPPED if parsed.errors else _NOTHING if value is None else [_kept(field.kind, one) for one in parts_of(value)]
        self._cells[key, cell] = kept
        return kept

    def _cell(self, row: Row, target: str) -> str:
        place = self._places.get(target)
        return row.cells[place].strip() if place is not None and place < len(row.cells) else ""

    def _address(self, cell: str) -> tuple[Outcome | None, str, str]:
        """Its outcome where it cannot be taken, the address, and a note."""
        if (found := _PLAIN.fullmatch(cell)) and (mark := self._domains.get(domain := found[2].lower())) is not None:
            plainly = found[1].lower()
            local = plainly if plainly in CASE_INSENSITIVE_MAILBOX_NAMES else found[1]  # RFC 2142, as the long way reads them
            return None, f"{local}@{domain}", mark or (Outcome.ROLE if is_role(local) else "")
        typed = cell.translate(_INVISIBLE).strip()
        if bracketed := _BRACKETED.fullmatch(typed):
            typed = bracketed[1].strip()
        read = read_address(typed.removeprefix("mailto:"))
        if read.fault:
            return _FAULTS.get(read.fault, Outcome.BAD_ADDRESS), "", read.suggestion
        local, _, domain = read.email.rpartition("@")
        mark = Outcome.DISPOSABLE if is_disposable(domain) else ""
        if len(self._domains) < _MOST_REMEMBERED and typed.lower().endswith(f"@{domain}"):
            self._domains[domain] = mark
        return None, read.email, mark or (Outcome.ROLE if is_role(local) else "")

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


def _kept(kind: str, value: Any) -> tuple[str, Any]:
    """The column that holds a value, and what JSON can hold of it."""
    name, held = next(column for column in columns_of(kind, value).items() if column[1] is not None)
    return name, held.isoformat() if isinstance(held, date) else held


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
