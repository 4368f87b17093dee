"""The columns of a file beside what they may hold, in the reader's words, with some of their cells."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import EMAIL, LANGUAGE, STATUS
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language

_SHOWN = 3
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
    known = [(field.key, pick(field.label, current_language())) for field in fields(session)]
    own = [(EMAIL, _("Address")), (LANGUAGE, _("Language of their mails")), (STATUS, _("State in the program it comes from"))]
    return [(_("The person"), own), (_("Fields"), known)]


def new_fields(session: Session, mapping: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:  # noqa: ARG001
    """The mapping with a field made for each column that is to become one."""
    return dict(mapping)


def _cells(brought: Import, place: int) -> list[str]:
    cells = [cells[place].strip() for cells in brought.sample if place < len(cells)]
    return list(dict.fromkeys(cell for cell in cells if cell))[:_SHOWN]
