"""Start, stop, undo, forget: each by POST, each harmless when it comes twice."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.importing import asking
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import COMES_IN, Asked
from mailflow.studio.formats import number
from mailflow.studio.pages.imports.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

Verb = Callable[[Session, Import, datetime], Asked]


@blueprint.get("/<token>/sure/<act>")
@staff
def sure(token: str, act: str) -> str:
    """Asks before something that cannot be taken back."""
    if act not in {"cancel", "undo", "discard"}:
        abort(404)
    with current_database().read() as session:
        brought = found(session, token)
        came = sum(int(rows) for outcome, rows in brought.counts.items() if outcome in COMES_IN)
    return render_template("studio/imports/sure.html", brought=brought, act=act, question=_question(brought, act, came))


@blueprint.post("/<token>/start")
@staff
def start(token: str) -> Response:
    """Let them come in."""
    return _do(token, lambda session, brought, now: asking.start(session, brought, now=now))


@blueprint.post("/<token>/cancel")
@staff
def cancel(token: str) -> Response:
    """Stop before the next rows."""
    words = _("Stopped. Who came in before is in; you can undo that.")
    return _do(token, lambda session, brought, now: asking.cancel(session, brought, now=now), words)


@blueprint.post("/<token>/undo")
@staff
def undo(token: str) -> Response:
    """Take back what it did."""
    return _do(token, lambda session, brought, now: asking.undo(session, brought, now=now))


@blueprint.post("/<token>/discard")
@staff
def discard(token: str) -> Response:
    """Keep nothing of it."""
    words = _("The file is forgotten. Nobody came in by it.")
    return _do(token, lambda session, brought, _now: asking.discard(session, brought), words, stays=False)


def _do(token: str, verb: Verb, words: str = "", *, stays: bool = True) -> Response:
    """In a transaction of its own; then the page that shows how it stands."""
    with current_database().begin() as session:
        asked = verb(session, found(session, token), current_instant())
    if not asked:
        flash(_("That is not possible now: the import has moved on. Here is how it stands."), "warn")
        return redirect(url_for("imports.show", token=token), 303)
    if words:
        flash(words)
    return redirect(url_for("imports.show", token=token) if stays else url_for("imports.index"), 303)


def _question(brought: Import, act: str, came: int) -> str:
    words = {
        "cancel": _("Stop the import of “%(name)s”?", name=brought.name),
        "undo": ngettext(
            "Undo the import of “%(name)s”, by which %(count)s person came in?",
            "Undo the import of “%(name)s”, by which %(count)s people came in?",
            came,
            name=brought.name,
            count=number(came),
        ),
        "discard": _("Forget “%(name)s”?", name=brought.name),
    }
    return str(words[act])
