"""One import, as its state asks: columns to settle, a trial to read, progress to watch, the result and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import
from mailflow.audience.importing.queries import progress
from mailflow.audience.importing.words import COMES_IN, WORKED_ON, ImportState
from mailflow.audience.models import List
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language
from mailflow.studio.pages.imports.examples import Example, examples
from mailflow.studio.pages.imports.routes import blueprint, found
from mailflow.studio.pages.imports.settling import settling_page
from mailflow.studio.pages.imports.words import BASES, FATES, FAULTS, STATES, Fate
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

_MAY_BE_SETTLED = (ImportState.READING, ImportState.READ, ImportState.CHECKING, ImportState.CHECKED)
_WITH_EXAMPLES = (ImportState.CHECKED, ImportState.DONE, ImportState.CANCELLED)


@dataclass(frozen=True)
class Line:
    """How many rows have one fate, with some of them."""

    fate: Fate
    rows: int
    some: Sequence[Example]


@blueprint.get("/<token>/")
@staff
def show(token: str) -> str:
    """The import's page; while columns are open, or asked to be changed, the form for them."""
    with current_database().read() as session:
        brought = found(session, token)
        if brought.state in _MAY_BE_SETTLED and (not brought.settled_at or "columns" in request.args):
            return settling_page(session, brought)
        return _page(session, brought)


def _page(session: Session, brought: Import) -> str:
    far = progress(brought, now=current_instant())
    counts = far.expected if brought.state in _MAY_BE_SETTLED else far.outcomes
    some = examples(session, brought, counts) if brought.state in _WITH_EXAMPLES else {}
    target = session.get(List, brought.list_id)
    return render_template(
        "studio/imports/show.html",
        brought=brought,
        far=far,
        coming=_lines(counts, some, comes_in=True),
        staying=_lines(counts, some, comes_in=False),
        into=pick(target.name, current_language()) if target else "",
        state=STATES[brought.state],
        fault=FAULTS.get(brought.fault, FAULTS["not-text"]),
        basis=next((word for key, word, _ in BASES if key == brought.basis), ""),
        every=1 if brought.state in WORKED_ON else 0,
    )


def _lines(counts: Mapping[str, int], some: Mapping[str, Sequence[Example]], *, comes_in: bool) -> list[Line]:
    wanted = [outcome for outcome in FATES if (outcome in COMES_IN) is comes_in and counts.get(outcome)]
    return [Line(FATES[outcome], int(counts[outcome]), some.get(outcome, ())) for outcome in wanted]
