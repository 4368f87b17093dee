"""Messages of which nobody knows whether they arrived, and failures that may be tried again: a person decides, seeing how many."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from mailflow.campaigns.uncertain import concerned, decide
from mailflow.campaigns.words import Decision
from mailflow.studio.formats import number
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@dataclass(frozen=True)
class Choice:
    """One decision in words: what is asked, what follows from it, and the button."""

    question: str
    follows: str
    button: str


@blueprint.get("/<int:campaign_id>/decide/<decision>")
@staff
def ask(campaign_id: int, decision: str) -> Response | str:
    """Asks with the exact count."""
    known = _known(decision)
    with current_database().read() as session:
        campaign = found(session, campaign_id)
        count = concerned(session, campaign, known)
    if not count:
        return redirect(url_for("campaigns.show", campaign_id=campaign_id))
    return render_template("studio/campaigns/doubt.html", campaign=campaign, decision=known, count=count, choice=_choice(known, count))


@blueprint.post("/<int:campaign_id>/decide/<decision>")
@staff
def decided(campaign_id: int, decision: str) -> Response:
    """Do it for exactly as many as were asked about; a second click finds none and changes nothing."""
    known, expected = _known(decision), request.form.get("count", -1, type=int)
    with current_database().begin() as session:
        outcome = decide(session, found(session, campaign_id), known, expected=expected, now=current_instant())
    words = {"done": _done(known, outcome.count), "cancelled": _("The campaign is cancelled: nothing more goes out of it.")}
    changed = _("Their number has changed, so nothing was done. Here is how it stands.")
    flash(words.get(outcome.reason, changed), "message" if outcome.reason == "done" else "warn")
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _known(decision: str) -> Decision:
    return Decision(decision) if decision in tuple(Decision) else abort(404)


def _choice(decision: Decision, count: int) -> Choice:
    shown = number(count)
    if decision == Decision.AS_SENT:
        return Choice(
            ngettext("Take %(count)s message as sent?", "Take %(count)s messages as sent?", count, count=shown),
            _("They count as sent in every report. Whoever did not get it, goes without."),
            _("Take them as sent"),
        )
    if decision == Decision.AGAIN:
        return Choice(
            ngettext("Send it again to %(count)s person?", "Send it again to %(count)s people?", count, count=shown),
            _("Whoever had got it already gets it twice. Each person is looked at again before their mail goes."),
            _("Send them again"),
        )
    return Choice(
        ngettext("Try again for %(count)s person?", "Try again for %(count)s people?", count, count=shown),
        _("Nobody among them has it. Addresses that do not exist are not tried again."),
        _("Try the failed ones again"),
    )


def _done(decision: Decision, count: int) -> str:
    if decision == Decision.AS_SENT:
        return str(ngettext("%(count)s message now counts as sent.", "%(count)s messages now count as sent.", count, count=number(count)))
    return str(ngettext("%(count)s message goes again.", "%(count)s messages go again.", count, count=number(count)))
