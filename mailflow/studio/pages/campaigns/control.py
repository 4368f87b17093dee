"""Pause, resume, take back, cancel, send now: each by POST, each harmless when it comes twice."""

from datetime import datetime
from typing import Protocol

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.campaigns import control
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import progress
from mailflow.campaigns.schedule import leave_now, unschedule
from mailflow.studio.formats import number
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.pages.campaigns.sheets import Sheet, sheet_of
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


class Verb(Protocol):
    """What can be done with a campaign; False where it had moved on already."""

    def __call__(self, session: Session, campaign: Campaign, /, *, now: datetime) -> bool:
        """Do it, or not at all."""


@blueprint.get("/<int:campaign_id>/sure/<act>")
@staff
def sure(campaign_id: int, act: str) -> str:
    """Asks, with the exact count, before something that cannot be taken back."""
    if act not in {"cancel", "send-now", "discard"}:
        abort(404)
    sheet = sheet_of(campaign_id)
    with current_database().read() as session:
        waiting = progress(session, sheet.campaign).waiting
    return render_template(
        "studio/campaigns/sure.html",
        sheet=sheet,
        campaign=sheet.campaign,
        act=act,
        waiting=waiting,
        question=_question(sheet, act, waiting),
    )


@blueprint.post("/<int:campaign_id>/pause")
@staff
def pause(campaign_id: int) -> Response:
    """Stop after the messages in hand."""
    return _do(campaign_id, control.pause, _("Paused. Messages already in hand may still arrive; nobody else gets it until you go on."))


@blueprint.post("/<int:campaign_id>/resume")
@staff
def resume(campaign_id: int) -> Response:
    """Go on where it stopped."""
    return _do(campaign_id, control.resume, _("It goes on where it stopped; nobody gets it twice."))


@blueprint.post("/<int:campaign_id>/cancel")
@staff
def cancel(campaign_id: int) -> Response:
    """Never send the rest."""
    return _do(campaign_id, control.cancel, _("Cancelled. Whoever was still waiting does not get it."))


@blueprint.post("/<int:campaign_id>/unschedule")
@staff
def take_back(campaign_id: int) -> Response:
    """Make it a draft again."""
    return _do(campaign_id, _unschedule, _("It is a draft again. Nobody got it."))


@blueprint.post("/<int:campaign_id>/send-now")
@staff
def send_now(campaign_id: int) -> Response:
    """Let a held or scheduled campaign leave at once."""
    sheet = sheet_of(campaign_id)
    if not sheet.complete:
        flash(_("Mend the newsletter first."), "bad")
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
    return _do(campaign_id, leave_now)  # the page itself says how it goes


def _unschedule(session: Session, campaign: Campaign, /, *, now: datetime) -> bool:  # noqa: ARG001  # a verb like the others
    return unschedule(session, campaign)


def _do(campaign_id: int, verb: Verb, words: str = "") -> Response:
    """Do it in a transaction of its own, say ``words`` or that it was not possible, and show the campaign."""
    with current_database().begin() as session:
        done = verb(session, found(session, campaign_id), now=current_instant())
    if done and words:
        flash(words)
    elif not done:
        flash(_("That was not possible any more: the campaign had already moved on. Here is how it stands."), "warn")
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _question(sheet: Sheet, act: str, waiting: int) -> str:
    people = sheet.reach.will_get if sheet.reach else 0
    left = waiting if sheet.campaign.mailing_id else people
    words = {
        "send-now": ngettext("Send it to %(count)s person now?", "Send it to %(count)s people now?", people, count=number(people)),
        "discard": _("Delete the draft “%(name)s”?", name=sheet.campaign.name),
        "cancel": ngettext(
            "Cancel it for the %(count)s person who has not got it yet?",
            "Cancel it for the %(count)s people who have not got it yet?",
            left,
            count=number(left),
        ),
    }
    return str(words[act])
