"""Making a field, changing it, taking it out of use and bringing it back."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.field_rules import CHOSEN, FieldReason, may_report
from mailflow.audience.models import Field
from mailflow.audience.registry import FieldOutcome, NewField, bring_back, change_field, create_field, end_field, option_counts, people_with
from mailflow.audience.standard import STANDARD
from mailflow.studio.company import company
from mailflow.studio.pages.fields.phrases import KINDS, REFUSED, Kind, kind_named, kind_word
from mailflow.studio.pages.fields.routes import blueprint, found
from mailflow.studio.pages.fields.sheets import Line, Typed, act, read, typed_of
from mailflow.studio.pages.fields.uses import uses_of
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@blueprint.get("/new")
@staff
def new() -> str:
    """First what kind of field, then its sheet."""
    kind = kind_named(request.args.get("kind", ""))
    if kind is None:
        return render_template("studio/fields/new.html", kinds=KINDS)
    return _page(kind, None, Typed(lines=[Line(), Line()], currency=company().currency))


@blueprint.post("/")
@staff
def create() -> Response | tuple[str, int] | str:
    """Make a field, or show its sheet again after one of its other buttons."""
    kind = kind_named(request.form.get("kind", "")) or abort(400)
    typed, button = read(request.form, {}), request.form.get("do", "save")
    if button != "save":
        return _page(kind, None, act(typed, button))
    with current_database().begin() as session:
        outcome = create_field(session, NewField(kind.kind, kind.level, typed.currency), typed.sheet)
    if outcome.reason is not FieldReason.MADE:
        return _page(kind, None, typed, problems=_problems(outcome)), 422
    flash(_("The field is there."))
    return redirect(url_for("fields.index"), 303)


@blueprint.get("/<int:field_id>")
@staff
def edit(field_id: int) -> str:
    """The sheet of a field that is there, with what uses it."""
    with current_database().read() as session:
        row = found(session, field_id)
        return _page(None, row, typed_of(row, _counts(session, row)), **_surroundings(session, row))


@blueprint.post("/<int:field_id>")
@staff
def save(field_id: int) -> Response | tuple[str, int] | str:
    """Keep what was typed, or show it again after one of the other buttons; no value of anybody is lost by it."""
    button = request.form.get("do", "save")
    with current_database().begin() as session:
        row = found(session, field_id)
        typed = read(request.form, _counts(session, row))
        outcome = change_field(session, row, typed.sheet) if button == "save" else None
        if outcome is None or outcome.reason is not FieldReason.CHANGED:
            problems = _problems(outcome) if outcome else {}
            page = _page(None, row, typed if outcome else act(typed, button), problems=problems, **_surroundings(session, row))
            return (page, 422) if problems else page
    flash(_("Saved."))
    return redirect(url_for("fields.index"), 303)


@blueprint.post("/<int:field_id>/end")
@staff
def end(field_id: int) -> Response:
    """Delete a field that nobody has and nothing names; archive any other."""
    with current_database().begin() as session:
        row = found(session, field_id)
        outcome = end_field(session, row, named=bool(uses_of(session, row.key)), now=current_instant())
    gone = outcome.reason is FieldReason.DELETED
    flash(_("Deleted.") if gone else _("Archived. Nobody is asked for it any more; what people said stays."))
    return redirect(url_for("fields.index"), 303)


@blueprint.post("/<int:field_id>/back")
@staff
def back(field_id: int) -> Response:
    """Let an archived field be asked for again."""
    with current_database().begin() as session:
        bring_back(session, found(session, field_id))
    flash(_("The field is in use again."))
    return redirect(url_for("fields.edit", field_id=field_id), 303)


def _counts(session: Session, row: Field) -> dict[str, int]:
    return option_counts(session, row) if row.kind in CHOSEN else {}


def _surroundings(session: Session, row: Field) -> dict[str, Any]:
    return {"uses": uses_of(session, row.key), "people": people_with(session, row)}


def _problems(outcome: FieldOutcome) -> dict[str, str]:
    where, words = REFUSED[outcome.reason]
    return {where: str(words)}


def _page(kind: Kind | None, row: Field | None, typed: Typed, *, problems: dict[str, str] | None = None, **more: Any) -> str:
    told = {
        "kind_word": kind_word(row) if row else str(kind.word) if kind else "",
        "chosen": (row.kind if row else kind.kind if kind else "") in CHOSEN,
        "reportable": may_report(row.key, row.kind, row.level) if row else bool(kind and may_report("", kind.kind, kind.level)),
        "priced": (row.kind if row else kind.kind if kind else "") == "money",
        "standard": bool(row and row.key in STANDARD),
    }
    return render_template("studio/fields/edit.html", kind=kind, field=row, typed=typed, problems=problems or {}, **{**told, **more})
