"""Forgetting a person who asks for it."""

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from mailflow.people.erasing import erase
from mailflow.studio.pages.subscribers.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_ring


@blueprint.post("/<int:subscriber_id>/erase")
@staff
def forget(subscriber_id: int) -> Response:
    """Erase everything that names her, for good."""
    if not erase(current_database(), subscriber_id, ring=current_ring(), now=current_instant(), by=f"user:{current_user.id}"):
        abort(404)
    flash(_("Forgotten. Nothing that names this person is left, and their address gets nothing any more."))
    return redirect(url_for("subscribers.index"), 303)
