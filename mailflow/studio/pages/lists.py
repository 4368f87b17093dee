"""Lists: what people can join, how many are in, and what the public pages call them."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mailflow.audience.lists import ListFacts, change_list, create_list
from mailflow.audience.models import List
from mailflow.audience.queries import list_counts, lists
from mailflow.foundation.language import DEFAULT_LANGUAGE, known_language
from mailflow.studio.bilingual import check_slug, check_words, free_slug, read_words
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

blueprint = Blueprint("lists", __name__, url_prefix="/lists")

LONGEST_NAME = 80
LONGEST_DESCRIPTION = 300


@dataclass(frozen=True)
class ListForm:
    """What was typed about a list, and what is wrong with it by field name."""

    slug: str
    name: dict[str, str]
    description: dict[str, str]
    language: str
    public: bool
    problems: dict[str, str]


@blueprint.get("/")
@staff
def index() -> str:
    """Every list with its counts."""
    with current_database().read() as session:
        return render_template("studio/lists/index.html", lists=lists(session), counts=list_counts(session))


@blueprint.get("/new")
@staff
def new() -> str:
    """The form for a list that is not there yet."""
    empty = ListForm("", {}, {}, DEFAULT_LANGUAGE, True, {})
    return render_template("studio/lists/edit.html", form=empty, list=None)


@blueprint.post("/")
@staff
def create() -> Response | tuple[str, int]:
    """Make a list; nobody is in it yet."""
    form = _read()
    problems = form.problems | (check_slug(form.slug) if form.slug else {})
    if not problems:
        with current_database().begin() as session:
            slug = form.slug or free_slug(form.name, [one.slug for one in lists(session)], otherwise="list")
            problems = _refused(create_list(session, slug, _facts(form), now=current_instant()).reason)
    if problems:
        return render_template("studio/lists/edit.html", form=ListForm(**{**vars(form), "problems": problems}), list=None), 422
    flash(_("The list is there. Add it to a form so that people can join it."))
    return redirect(url_for("lists.index"), 303)


@blueprint.get("/<int:list_id>")
@staff
def edit(list_id: int) -> str:
    """The form for a list that is there."""
    with current_database().read() as session:
        row = session.get(List, list_id) or abort(404)
    form = ListForm(row.slug, row.name, row.description, row.language, row.public, {})
    return render_template("studio/lists/edit.html", form=form, list=row)


@blueprint.post("/<int:list_id>")
@staff
def save(list_id: int) -> Response | tuple[str, int]:
    """Keep what a list is called."""
    form = _read()
    with current_database().begin() as session:
        row = session.get(List, list_id) or abort(404)
        if not form.problems:
            change_list(session, row, _facts(form))
    if form.problems:
        return render_template("studio/lists/edit.html", form=form, list=row), 422
    flash(_("Saved."))
    return redirect(url_for("lists.index"), 303)


def _read() -> ListForm:
    name, description = read_words(request.form, "name"), read_words(request.form, "description")
    slug = request.form.get("slug", "").strip().lower()
    problems = check_words(name, "name", LONGEST_NAME) | check_words(description, "description", LONGEST_DESCRIPTION, required=False)
    language = known_language(request.form.get("language")) or DEFAULT_LANGUAGE
    return ListForm(slug, name, description, language, "public" in request.form, problems)


def _facts(form: ListForm) -> ListFacts:
    return ListFacts(form.name, form.description, form.language, form.public)


def _refused(reason: str) -> dict[str, str]:
    """What to say where a list could not be made."""
    words = {"slug-taken": _("Another list has this address."), "no-brand": _("Describe your shop in Settings first.")}
    return {"slug": words[reason]} if reason in words else {}
