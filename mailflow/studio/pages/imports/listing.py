"""All imports there were, and what became of each."""

from dataclasses import dataclass

from flask import render_template
from flask_babel import LazyString

from mailflow.audience.importing.models import Import
from mailflow.audience.importing.queries import imports
from mailflow.audience.importing.words import COMES_IN, ImportState
from mailflow.audience.queries import lists
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language
from mailflow.studio.pages.imports.routes import blueprint
from mailflow.studio.pages.imports.words import STATES
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database

MOST = 200


@dataclass(frozen=True)
class Line:
    """One import."""

    row: Import
    list: str
    state: tuple[LazyString, str]
    came: int
    stayed: int


@blueprint.get("/")
@staff
def index() -> str:
    """The newest first."""
    with current_database().read() as session:
        names = {one.id: pick(one.name, current_language()) for one in lists(session)}
        lines = [_line(one, names) for one in imports(session, limit=MOST)]
    return render_template("studio/imports/index.html", lines=lines)


def _line(brought: Import, names: dict[int, str]) -> Line:
    counts = {} if brought.state == ImportState.UNDONE else {outcome: int(rows) for outcome, rows in brought.counts.items()}
    came = sum(rows for outcome, rows in counts.items() if outcome in COMES_IN)
    target = names.get(brought.list_id, "") if brought.settled_at else ""
    return Line(brought, target, STATES[brought.state], came, sum(counts.values()) - came)
