"""Sequences: what each does, where its people are, its switch and its settings."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.offers.words import Terms
from mailflow.outbox.doubt import Decision
from mailflow.sequences import queries
from mailflow.sequences.change import change_sequence, days_of, terms
from mailflow.sequences.control import switch as switch_sequence
from mailflow.sequences.models import Sequence
from mailflow.sequences.quiet import count_quiet
from mailflow.sequences.uncertain import concerned
from mailflow.sequences.words import Trigger
from mailflow.studio import sequence_words as words
from mailflow.studio.pages.sequence_mails import letter_frame, letter_page
from mailflow.studio.security import staff
from mailflow.studio.sequence_form import PROBLEMS, read_days, read_terms, typed_of
from mailflow.studio.surroundings import current_database, current_instant

blueprint = Blueprint("sequences", __name__, url_prefix="/sequences")


@dataclass(frozen=True)
class Sheet:
    """What the pages show of one sequence; ``would_write`` is how many it would write to at once if switched on now."""

    overview: queries.Overview
    days: dict[str, int]
    terms: Terms | None
    would_write: int | None

    @property
    def sequence(self) -> Sequence:
        """The sequence itself."""
        return self.overview.sequence


@blueprint.get("/")
@staff
def index() -> str:
    """All sequences."""
    with current_database().read() as session:
        sheets = [_sheet(session, sequence) for sequence in queries.sequences(session)]
    return render_template("studio/sequences/index.html", sheets=sheets, words=words)


@blueprint.get("/<recipe>/")
@staff
def show(recipe: str) -> str:
    """One sequence: its steps with their people, and its settings."""
    with current_database().read() as session:
        sequence = _found(session, recipe)
        sheet, doubtful = _sheet(session, sequence), concerned(session, sequence, Decision.AGAIN)
    return _page(sheet, typed_of(sheet.days, sheet.terms), {}, doubtful)


@blueprint.get("/<recipe>/mails/<int:position>")
@staff
def letter(recipe: str, position: int) -> str:
    """One of its mails, as readers get it."""
    return letter_page(recipe, position)


@blueprint.get("/<recipe>/mails/<int:position>/content")
@staff
def letter_content(recipe: str, position: int) -> Response:
    """The mail alone, for the frame around it."""
    return letter_frame(recipe, position)


@blueprint.post("/<recipe>/switch")
@staff
def switch(recipe: str) -> Response:
    """Switch it on or off, as the form says; twice the same changes nothing."""
    on = request.form.get("on") == "1"
    with current_database().begin() as session:
        sequence = _found(session, recipe)
        changed = switch_sequence(session, sequence, on, now=current_instant())
        name = words.name_of(sequence)
    if changed and on:
        flash(_("%(name)s is on. It writes to whoever comes in from now on.", name=name))
    elif changed:
        flash(_("%(name)s is off. Whoever was in it stays where they are, and nothing leaves until you switch it on again.", name=name))
    return redirect(url_for("sequences.show", recipe=recipe), 303)


@blueprint.post("/<recipe>/settings")
@staff
def change(recipe: str) -> Response | tuple[str, int]:
    """Keep the settings, all of them or none."""
    with current_database().begin() as session:
        sequence = _found(session, recipe)
        days = read_days(request.form, days_of(session, sequence))
        wanted = read_terms(request.form) if sequence.offer_id else None
        wrong = change_sequence(session, sequence, days=days, terms=wanted, now=current_instant())
        sheet = _sheet(session, sequence)
    if wrong:
        return _page(sheet, request.form.to_dict(), {name: PROBLEMS[name] for name in wrong}), 422
    flash(_("Saved. It holds for whoever has not reached that step yet; codes already given keep their terms."))
    return redirect(url_for("sequences.show", recipe=recipe), 303)


def _found(session: Session, recipe: str) -> Sequence:
    return queries.sequence_named(session, recipe) or abort(404)


def _sheet(session: Session, sequence: Sequence) -> Sheet:
    now = current_instant()
    asks = sequence.trigger == Trigger.QUIET and not sequence.on
    would_write = count_quiet(session, sequence, now=now) if asks else None
    overview = queries.overview(session, sequence, now=now)
    return Sheet(overview, days_of(session, sequence), terms(session, sequence), would_write)


def _page(sheet: Sheet, typed: dict[str, str], problems: dict[str, Any], doubtful: int = 0) -> str:
    return render_template("studio/sequences/show.html", sheet=sheet, typed=typed, problems=problems, doubtful=doubtful, words=words)
