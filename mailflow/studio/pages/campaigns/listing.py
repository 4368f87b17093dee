"""All campaigns with their states, and the first step of a new one."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.models import List
from mailflow.campaigns import draft, queries
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.plan import plan
from mailflow.campaigns.words import CampaignState
from mailflow.content.models import Newsletter
from mailflow.segments.models import Segment
from mailflow.studio.company import company
from mailflow.studio.pages.campaigns.choices import LONGEST_NAME, known
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.pages.campaigns.sheets import shelf
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import CAMPAIGN_STATES

PAGE = 25
GROUPS: dict[str, tuple[CampaignState, ...]] = {
    "all": (),
    "drafts": (CampaignState.DRAFT,),
    "planned": (CampaignState.SCHEDULED, CampaignState.HELD),
    "going": (CampaignState.SENDING, CampaignState.PAUSED),
    "done": (CampaignState.SENT, CampaignState.CANCELLED),
}


@blueprint.get("/")
@staff
def index() -> str:
    """The campaigns of a group of states, the newest first."""
    group = request.args.get("show", "all")
    group = group if group in GROUPS else "all"
    with current_database().read() as session:
        every = queries.campaigns(session, GROUPS[group])
        pages = max(-(-len(every) // PAGE), 1)
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        shown = every[(page - 1) * PAGE : page * PAGE]
        names = {one.id: one.name for one in session.scalars(select(List))}
        segments = {one.id: one.name for one in session.scalars(select(Segment))}
        settled = _settled(session, shown)
    return render_template(
        "studio/campaigns/index.html",
        campaigns=shown,
        lists=names,
        segments=segments,
        settled=settled,
        states=CAMPAIGN_STATES,
        group=group,
        page=page,
        pages=pages,
    )


@blueprint.get("/new")
@staff
def new() -> str:
    """Name a new campaign; segment and newsletter may be chosen already (``?segment_id=``, ``?newsletter_id=``)."""
    with current_database().read() as session:
        offered = shelf(session)
        segment = known(session, Segment, request.args.get("segment_id"))
        newsletter = known(session, Newsletter, request.args.get("newsletter_id"))
        name = session.get_one(Newsletter, newsletter).name if newsletter else ""
    return _form(name, segment, newsletter, offered.lists[0].id if offered.lists else None)


@blueprint.post("/")
@staff
def create() -> Response | tuple[str, int]:
    """Make the draft and open it."""
    name = " ".join(request.form.get("name", "").split())[:LONGEST_NAME]
    with current_database().begin() as session:
        kinds = {"list_id": List, "segment_id": Segment, "newsletter_id": Newsletter}
        chosen = {key: known(session, kind, request.form.get(key)) for key, kind in kinds.items()}  # type: ignore[arg-type]
        campaign = draft.create(session, name=name, now=current_instant(), **chosen) if name else None
        if campaign:
            plan(session, campaign, wall=None, zone=company().zone)
    if campaign is None:
        problem = {"name": _("Give the campaign a name; only you see it.")}
        return _form("", chosen["segment_id"], chosen["newsletter_id"], chosen["list_id"], problem), 422
    return redirect(url_for("campaigns.show", campaign_id=campaign.id), 303)


@blueprint.post("/<int:campaign_id>/discard")
@staff
def discard(campaign_id: int) -> Response:
    """Throw a draft away."""
    with current_database().begin() as session:
        campaign = found(session, campaign_id)
        gone = draft.discard(session, campaign)
    if not gone:
        flash(_("It is no draft any more, so it stays on record."), "bad")
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
    flash(_("“%(name)s” is deleted.", name=campaign.name))
    return redirect(url_for("campaigns.index"), 303)


def _settled(session: Session, campaigns: list[Campaign]) -> dict[int, tuple[int, int]]:
    """Of each mailing: messages sent, and all of them."""
    counted = {one.mailing_id: queries.progress(session, one) for one in campaigns if one.mailing_id}
    return {mailing_id: (found.sent, found.total) for mailing_id, found in counted.items() if found.total}


def _form(name: str, segment_id: int | None, newsletter_id: int | None, list_id: int | None, problems: dict[str, str] | None = None) -> str:
    with current_database().read() as session:
        offered = shelf(session)
    return render_template(
        "studio/campaigns/new.html",
        name=name,
        shelf=offered,
        segment_id=segment_id,
        newsletter_id=newsletter_id,
        list_id=list_id,
        problems=problems or {},
    )
