"""Sign-up forms: where they are, what they ask, which words people agree to; open or closed."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.forms import came_in, change_form, create_form, switch_form
from mailflow.audience.models import Form
from mailflow.foundation.language import pick
from mailflow.segments.phrases import SOURCE_NAMES
from mailflow.studio.bilingual import check_slug, free_slug
from mailflow.studio.form_sheet import Choices, Sheet, choices, empty_sheet, read_sheet, sheet_of
from mailflow.studio.language import current_language
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_settings

blueprint = Blueprint("forms", __name__, url_prefix="/forms")


@blueprint.get("/")
@staff
def index() -> str:
    """Every form with its public address and how many people came through it."""
    with current_database().read() as session:
        its_forms = list(session.scalars(select(Form).order_by(Form.id)))
        names = dict(choices(session).lists)
        came = came_in(session)
    return render_template("studio/forms/index.html", forms=its_forms, list_names=names, came=came, address=address)


def address(form: Form) -> str:
    """The public address of a form."""
    return f"{current_settings().public_url}/subscribe/{form.slug}"


@blueprint.get("/new")
@staff
def new() -> str:
    """The sheet for a form that is not there yet."""
    with current_database().read() as session:
        model = session.scalars(select(Form).order_by(Form.id).limit(1)).first()
        return _page(empty_sheet(model), choices(session), None)


@blueprint.post("/")
@staff
def create() -> Response | tuple[str, int]:
    """Make a form, closed until somebody opens it."""
    with current_database().begin() as session:
        offered = choices(session)
        sheet = read_sheet(request.form, offered)
        problems = sheet.problems | (check_slug(sheet.slug) if sheet.slug else {})
        slug = sheet.slug or free_slug(sheet.values["title"], list(session.scalars(select(Form.slug))), otherwise="form")
        if not problems and create_form(session, slug, sheet.facts, now=current_instant()).reason == "slug-taken":
            problems = {"slug": _("Another form has this address.")}
    if problems:
        return _page(Sheet(sheet.slug, sheet.values, problems), offered, None), 422
    flash(_("The form is there, still closed. Look at it, then open it."))
    return redirect(url_for("forms.index"), 303)


@blueprint.get("/<int:form_id>")
@staff
def edit(form_id: int) -> str:
    """The sheet of a form that is there."""
    with current_database().read() as session:
        form = _found(session, form_id)
        return _page(sheet_of(form), choices(session), form)


@blueprint.post("/<int:form_id>")
@staff
def save(form_id: int) -> Response | tuple[str, int]:
    """Keep what a form says and asks; what people agreed to before keeps its own wording."""
    with current_database().begin() as session:
        form, offered = _found(session, form_id), choices(session)
        sheet = read_sheet(request.form, offered)
        if not sheet.problems:
            change_form(session, form, sheet.facts)
    if sheet.problems:
        return _page(sheet, offered, form), 422
    flash(_("Saved."))
    return redirect(url_for("forms.index"), 303)


@blueprint.post("/<int:form_id>/switch")
@staff
def switch(form_id: int) -> Response:
    """Open or close a form."""
    with current_database().begin() as session:
        form = _found(session, form_id)
        switch_form(session, form, opened=request.form.get("open") == "1")
        name = pick(form.title, current_language())
        said = _("“%(name)s” takes sign-ups.", name=name) if form.open else _("“%(name)s” is closed.", name=name)
    flash(said)
    return redirect(url_for("forms.index"), 303)


def _found(session: Session, form_id: int) -> Form:
    return session.get(Form, form_id) or abort(404)


def _page(sheet: Sheet, offered: Choices, form: Form | None) -> str:
    sources = [(one.value, pick(words, current_language())) for one, words in SOURCE_NAMES.items()]
    return render_template("studio/forms/edit.html", sheet=sheet, offered=offered, form=form, sources=sources, address=address)
