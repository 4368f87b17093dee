"""Before it goes: the exact count, sender, subject and hour; scheduled only by a button that says all of it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from mailflow.campaigns.plan import planned
from mailflow.campaigns.schedule import Scheduled, schedule
from mailflow.studio.company import company
from mailflow.studio.formats import number
from mailflow.studio.hours import hour_note, hour_words
from mailflow.studio.pages.campaigns.compose import may_be_changed, missing
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.pages.campaigns.sheets import Sheet, mark_of, sheet_of
from mailflow.studio.security import same, staff
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import REASONS


@blueprint.get("/<int:campaign_id>/review")
@staff
def review(campaign_id: int) -> Response | str:
    """Everything once more, and the button."""
    sheet = sheet_of(campaign_id)
    if not may_be_changed(sheet):
        return redirect(url_for("campaigns.show", campaign_id=campaign_id))
    return render_template(
        "studio/campaigns/review.html",
        sheet=sheet,
        campaign=sheet.campaign,
        leaves=hour_words(sheet.campaign),
        note=hour_note(sheet.campaign),
        missing=missing(sheet),
        reasons=REASONS,
        action=_action(sheet),
    )


@blueprint.post("/<int:campaign_id>/schedule")
@staff
def confirm(campaign_id: int) -> Response:
    """Schedule what was reviewed; a second click finds it scheduled and changes nothing."""
    sheet = sheet_of(campaign_id)
    if not may_be_changed(sheet):
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
    refusal = _refusal(sheet) or _schedule(sheet)
    if refusal:
        flash(refusal, "bad")
        return redirect(url_for("campaigns.review", campaign_id=campaign_id), 303)
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _schedule(sheet: Sheet) -> str | None:
    """Schedule it, or say why not; what was proved to compile a moment ago must be what is kept."""
    with current_database().begin() as session:
        campaign = found(session, sheet.campaign.id)
        if not same(mark_of(session, campaign), sheet.seen):
            return _changed()
        zone = campaign.zone or company().zone
        return _refused(schedule(session, campaign, wall=planned(campaign), zone=zone, now=current_instant()))


def _changed() -> str:
    return str(_("It was changed after you looked at it. Look once more, then confirm."))


def _refusal(sheet: Sheet) -> str | None:
    if not same(request.form.get("seen", ""), sheet.seen):
        return _changed()
    faults = missing(sheet)
    return faults[0] if faults else None


def _refused(outcome: Scheduled) -> str | None:
    """What to say to each way in which scheduling can be refused; None when it was done."""
    words: dict[str, str | None] = {
        "scheduled": None,
        "incomplete": _("Choose a list and a newsletter first."),
        "past": _("The hour has gone by: choose another."),
        "no-such-zone": _("That time zone is not known: choose another."),
        "not-a-draft": _("It is no draft any more, so nothing was changed."),
    }
    return words.get(outcome.reason, str(_("It could not be scheduled.")))


def _action(sheet: Sheet) -> str:
    people = sheet.reach.will_get if sheet.reach else 0
    if planned(sheet.campaign) is None:
        return str(ngettext("Send to %(count)s person now", "Send to %(count)s people now", people, count=number(people)))
    return str(ngettext("Schedule for %(count)s person", "Schedule for %(count)s people", people, count=number(people)))
