"""The columns of a file beside what they may hold, in the reader's words, with some of their cells."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import flash
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mailflow.audience.field_rules import CHOSEN, LONGEST_LABEL, FieldSheet
from mailflow.audience.fields import live_fields
from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import EMAIL, LANGUAGE, STATUS
from mailflow.audience.registry import NewField, create_field
from mailflow.audience.words import FieldKind
from mailflow.foundation.language import pick
from mailflow.studio.company import company
from mailflow.studio.language import current_language
from mailflow.studio.pages.fields.phrases import KINDS, kind_named

_SHOWN = 3
_NEW = "new:"
Options = Sequence[tuple[str, str]]


class Column(NamedTuple):
    """One column: its place, its name in the file, some of its cells, and what it holds."""

    place: int
    name: str
    samples: Sequence[str]
    holds: str


def columns_of(brought: Import, mapping: Mapping[str, str]) -> list[Column]:
    """Every column in its order; of its cells three that differ."""
    return [Column(place, name, _cells(brought, place), mapping.get(str(place), "")) for place, name in enumerate(brought.header)]


def offered(session: Session) -> Sequence[tuple[str, Options]]:
    """What a column may hold, in groups."""
    known = [(field.key, pick(field.label, current_language())) for field in live_fields(session)]
    own = [(EMAIL, _("Address")), (LANGUAGE, _("Language of their mails")), (STATUS, _("State in the program it comes from"))]
    made = [(f"{_NEW}{kind.name}", str(kind.word)) for kind in KINDS if kind.kind not in CHOSEN]
    return [(_("The person"), own), (_("Fields"), known), (_("A new field, called as the column:"), made)]


def with_new_fields(session: Session, mapping: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    """The mapping, with a field for each column that is to become one: the one called so, or a new one, internal, in both languages."""
    return {
        place: (_made(session, held.removeprefix(_NEW), header[int(place)]) if held.startswith(_NEW) else held)
        for place, held in mapping.items()
    }


def _made(session: Session, name: str, column: str) -> str:
    """The new field's key; for what is no kind of field, or cannot be called so, something that no column can hold."""
    kind = kind_named(name)
    if kind is None or kind.kind in CHOSEN:
        return _NEW
    called = " ".join(column.split())[:LONGEST_LABEL].strip() or _("Without a name")
    if known := next((field for field in live_fields(session) if plain(called) in map(plain, field.label.values())), None):
        flash(_("There is a field “%(name)s” already: the column goes there.", name=pick(known.label, current_language())))
        return known.key
    currency = company().currency if kind.kind == FieldKind.MONEY else ""
    made = create_field(session, NewField(kind.kind, kind.level, currency), FieldSheet({"es": called, "en": called}))
    return made.field.key if made.field else _NEW


def _cells(brought: Import, place: int) -> list[str]:
    cells = [cells[place].strip() for cells in brought.sample if place < len(cells)]
    return list(dict.fromkeys(cell for cell in cells if cell))[:_SHOWN]
