"""The draft: cards with ticks, a live count, checks and a look at the mail."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mailflow.audience.models import List
from mailflow.campaigns.plan import planned
from mailflow.campaigns.words import CampaignState
from mailflow.segments.models import Segment
from mailflow.studio.company import company
from mailflow.studio.hours import hour_note, hour_words, place_name
from mailflow.studio.pages.campaigns.choices import Choices, keep, known, read
from mailflow.studio.pages.campaigns.hours import is_past, zones
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.pages.campaigns.sheets import Sheet, count, sheet_of, shelf
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import REASONS


@blueprint.post("/<int:campaign_id>/")
@staff
def save(campaign_id: int) -> Response | tuple[str, int]:
    """Keep the draft, then stay or go on to the review."""
    with current_database().begin() as session:
        campaign = found(session, campaign_id)
        chosen = read(session, request.form, now=current_instant())
        kept = keep(session, campaign, chosen)
    if not kept:
        flash(_("It is no draft any more, so nothing was changed."), "bad")
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
    if chosen.problems:
        return compose(sheet_of(campaign_id), chosen), 422
    if request.form.get("do") == "review":
        return redirect(url_for("campaigns.review", campaign_id=campaign_id), 303)
    flash(_("Saved."))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


@blueprint.post("/<int:campaign_id>/reach")
@staff
def reach(campaign_id: int) -> str:
    """The count for what is chosen in the form at this moment; nothing is kept."""
    with current_database().read() as session:
        found(session, campaign_id)
        list_id = known(session, List, request.form.get("list_id"))
        segment_id = known(session, Segment, request.form.get("segment_id"))
        counted = count(session, list_id, segment_id, now=current_instant())
    facts = {"reach": counted, "narrowed": segment_id is not None, "reasons": REASONS, "counted_at": current_instant()}
    return render_template("studio/campaigns/reach.html", **facts)


def compose(sheet: Sheet, chosen: Choices | None = None) -> str:
    """The page; after a faulty form with what was typed."""
    with current_database().read() as session:
        offered = shelf(session)
    return render_template(
        "studio/campaigns/compose.html",
        sheet=sheet,
        campaign=sheet.campaign,
        shelf=offered,
        zones=zones(),
        place_name=place_name,
        hour=_hour(sheet, chosen),
        leaves=hour_words(sheet.campaign),
        note=hour_note(sheet.campaign),
        missing=missing(sheet) + (list(chosen.problems.values()) if chosen else []),
        reasons=REASONS,
        problems=chosen.problems if chosen else {},
    )


def missing(sheet: Sheet) -> list[str]:
    """What stands between this draft and being sent, in words."""
    found_missing = []
    if sheet.list is None:
        found_missing.append(_("Choose the list it goes to."))
    elif sheet.reach and not sheet.reach.will_get:
        found_missing.append(_("Nobody would get it: choose another list or segment."))
    if sheet.newsletter is None:
        found_missing.append(_("Choose the newsletter."))
    elif sheet.proof and not sheet.proof.can_go:
        found_missing.append(_("Mend the newsletter first."))
    if is_past(sheet.campaign, current_instant()):
        found_missing.append(_("The hour has gone by: choose another."))
    return found_missing


def may_be_changed(sheet: Sheet) -> bool:
    """Whether this campaign is still being written."""
    return sheet.campaign.state == CampaignState.DRAFT


def _hour(sheet: Sheet, chosen: Choices | None) -> dict[str, str]:
    """The boxes for the hour: as typed after a fault, else as kept."""
    if chosen and chosen.problems:
        return {key: request.form.get(key, "") for key in ("when", "day", "time", "zone")}
    wall = planned(sheet.campaign)
    zone = sheet.campaign.zone or company().zone
    if wall is None:
        return {"when": "now", "day": "", "time": "10:00", "zone": zone}
    return {"when": "later", "day": f"{wall:%Y-%m-%d}", "time": f"{wall:%H:%M}", "zone": zone}
