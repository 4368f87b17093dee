"""Staff's notes about one person."""

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from mailflow.audience.records.models import Note
from mailflow.audience.records.notes import change_note, write_note
from mailflow.studio.pages.subscribers.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@blueprint.post("/<int:subscriber_id>/notes")
@staff
def add_note(subscriber_id: int) -> Response:
    """Write a note."""
    with current_database().begin() as session:
        done = write_note(session, subscriber_id, request.form.get("text", ""), by=current_user.id, now=current_instant())
    flash(_("The note is kept.") if done else _("A note needs a text of at most 2,000 characters."), "message" if done else "bad")
    return _back(subscriber_id)


@blueprint.post("/<int:subscriber_id>/notes/<int:note_id>")
@staff
def mend_note(subscriber_id: int, note_id: int) -> Response:
    """Change or take away a note of one's own."""
    text = "" if request.form.get("do") == "delete" else request.form.get("text", "")
    with current_database().begin() as session:
        note = session.get(Note, note_id)
        if note is None or note.subscriber_id != subscriber_id:
            abort(404)
        done = change_note(session, note, text, by=current_user.id, now=current_instant())
    if not done:
        flash(_("Only its author can change a note, and it may have at most 2,000 characters."), "bad")
    return _back(subscriber_id)


def _back(subscriber_id: int) -> Response:
    return redirect(url_for("subscribers.show", subscriber_id=subscriber_id, _anchor="notes"), 303)
