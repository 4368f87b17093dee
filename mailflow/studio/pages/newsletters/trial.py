"""A test to oneself, before anybody else gets it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from mailflow.campaigns.trial import send_test
from mailflow.studio.navigation import has_page
from mailflow.studio.pages.newsletters.editing import desk_of
from mailflow.studio.pages.newsletters.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@blueprint.get("/<int:newsletter_id>/test")
@staff
def test_form(newsletter_id: int) -> str:
    """Says where the test will go."""
    desk = desk_of(newsletter_id)
    return render_template("studio/newsletters/test.html", desk=desk, newsletter=desk.newsletter)


@blueprint.post("/<int:newsletter_id>/test")
@staff
def test(newsletter_id: int) -> Response:
    """Put one message to the person signed in into the ledger of sending."""
    desk = desk_of(newsletter_id)
    if desk.proof.compiled is None or desk.proof.faults:
        flash(_("It cannot be sent yet: mend first what is listed here."), "bad")
        return redirect(url_for("newsletters.preview", newsletter_id=newsletter_id), 303)
    with current_database().begin() as session:
        send_test(session, found(session, newsletter_id), current_user.id, current_user.email, now=current_instant())
    flash(_("A test is on its way to %(address)s.", address=current_user.email))
    if has_page("inbox.index"):
        flash(_("You will find it in the sandbox inbox."))
    return redirect(url_for("newsletters.preview", newsletter_id=newsletter_id), 303)
