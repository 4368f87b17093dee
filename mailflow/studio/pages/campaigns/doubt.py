"""Messages of which nobody knows whether they arrived, and failures that may be tried again: a person decides, seeing how many."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.campaigns.uncertain import concerned, decide
from mailflow.foundation.slices import slice_by_slice
from mailflow.studio import doubt as words
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@blueprint.get("/<int:campaign_id>/decide/<decision>")
@staff
def ask(campaign_id: int, decision: str) -> Response | str:
    """Asks with the exact count."""
    known = words.known(decision)
    with current_database().read() as session:
        campaign = found(session, campaign_id)
        count = concerned(session, campaign, known)
    if not count:
        return redirect(url_for("campaigns.show", campaign_id=campaign_id))
    return render_template("studio/campaigns/doubt.html", campaign=campaign, decision=known, count=count, choice=words.choice(known, count))


@blueprint.post("/<int:campaign_id>/decide/<decision>")
@staff
def decided(campaign_id: int, decision: str) -> Response:
    """Do it for exactly as many as were asked about; a second click finds none and changes nothing."""
    known, expected = words.known(decision), request.form.get("count", -1, type=int)

    def slice_(session: Session, left: int, going_on: bool) -> tuple[str, int, int]:
        campaign = found(session, campaign_id)
        outcome = decide(session, campaign, known, expected=left, going_on=going_on, now=current_instant())
        return outcome.reason, outcome.count, outcome.left

    reason, count, _left = slice_by_slice(current_database(), slice_, expected)
    told = {"done": words.done_words(known, count), "cancelled": _("The campaign is cancelled: nothing more goes out of it.")}
    flash(told.get(reason, words.changed()), "message" if reason == "done" else "warn")
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
