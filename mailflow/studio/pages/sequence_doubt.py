"""Mails of a sequence of which nobody knows whether they arrived: a person decides, seeing how many."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.foundation.slices import slice_by_slice
from mailflow.outbox.doubt import Decision
from mailflow.sequences.models import Sequence
from mailflow.sequences.queries import sequence_named
from mailflow.sequences.uncertain import DECISIONS, concerned, decide
from mailflow.studio import doubt as words
from mailflow.studio.security import staff
from mailflow.studio.sequence_words import name_of
from mailflow.studio.surroundings import current_database, current_instant

blueprint = Blueprint("sequence_doubt", __name__, url_prefix="/sequences")


@blueprint.get("/<recipe>/decide/<decision>")
@staff
def ask(recipe: str, decision: str) -> Response | str:
    """Asks with the exact count."""
    known = _known(decision)
    with current_database().read() as session:
        sequence = _found(session, recipe)
        count = concerned(session, sequence, known)
    if not count:
        return redirect(url_for("sequences.show", recipe=recipe))
    facts = {"recipe": recipe, "name": name_of(sequence), "decision": known, "count": count, "choice": words.choice(known, count)}
    return render_template("studio/sequences/decide.html", **facts)


@blueprint.post("/<recipe>/decide/<decision>")
@staff
def decided(recipe: str, decision: str) -> Response:
    """Do it for exactly as many as were asked about; a second click finds none and changes nothing."""
    known, expected = _known(decision), request.form.get("count", -1, type=int)

    def slice_(session: Session, left: int, going_on: bool) -> tuple[str, int, int]:
        moved = decide(session, _found(session, recipe), known, expected=left, going_on=going_on, now=current_instant())
        return ("done" if moved else "changed"), moved, max(left - moved, 0)

    reason, count, _left = slice_by_slice(current_database(), slice_, expected)
    flash(*((words.done_words(known, count), "message") if reason == "done" else (words.changed(), "warn")))
    return redirect(url_for("sequences.show", recipe=recipe), 303)


def _known(decision: str) -> Decision:
    known = words.known(decision)
    return known if known in DECISIONS else abort(404)


def _found(session: Session, recipe: str) -> Sequence:
    return sequence_named(session, recipe) or abort(404)
