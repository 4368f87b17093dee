"""GET /v1/campaigns…: how campaigns stand, and who got one, who did not and why."""

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from mailflow.api.access import keyed
from mailflow.api.answers import CampaignTold, campaign_told, message_told
from mailflow.api.paging import BadParameterError, asked_limit, asked_only, asked_word, cursor_number, page
from mailflow.api.problems import problem
from mailflow.api.surroundings import surroundings
from mailflow.audience.models import Brand
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import latest_campaigns, progress
from mailflow.campaigns.uncertain import concerned
from mailflow.campaigns.words import CampaignState
from mailflow.delivery.heads import known_as
from mailflow.outbox.doubt import Decision
from mailflow.outbox.models import Mailing
from mailflow.outbox.roll import roll
from mailflow.outbox.words import Reason, State

blueprint = Blueprint("campaigns", __name__)


@blueprint.get("/v1/campaigns")
@keyed("campaigns:read")
def index() -> Response:
    """Campaigns, the last made first, each with its counts."""
    asked_only("state", "limit", "cursor")
    state, limit, before = asked_word("state", CampaignState), asked_limit(), cursor_number()
    with surroundings().database.read() as session:
        found = latest_campaigns(session, (state,) if state else (), before=before, limit=limit + 1)
        told = [_told(session, one) for one in found[:limit]]
    return page(told, str(found[limit - 1].id) if len(found) > limit else None)


@blueprint.get("/v1/campaigns/<int:campaign_id>")
@keyed("campaigns:read")
def show(campaign_id: int) -> Response:
    """One campaign with its counts."""
    asked_only()
    with surroundings().database.read() as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            return problem(404)
        told = _told(session, campaign)
    return jsonify(told.model_dump(mode="json"))


@blueprint.get("/v1/campaigns/<int:campaign_id>/messages")
@keyed("messages:read")
def messages(campaign_id: int) -> Response:
    """A campaign's messages by state and reason, a page at a time."""
    asked_only("state", "reason", "limit", "cursor")
    state, reason, limit = asked_word("state", State), asked_word("reason", Reason), asked_limit()
    around = surroundings()
    with around.database.read() as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            return problem(404)
        mailing = session.get(Mailing, campaign.mailing_id) if campaign.mailing_id else None
        if mailing is None:
            return page([], None)
        brand = session.get_one(Brand, mailing.brand_id)
        try:
            found = roll(session, mailing, states=(state,) if state else (), reason=reason, after=request.args.get("cursor"), limit=limit)
        except ValueError as fault:
            raise BadParameterError("cursor") from fault
        told = [message_told(row, known_as(row.id, brand, around.ring)) for row in found.rows]
    return page(told, found.next)


def _told(session: Session, campaign: Campaign) -> CampaignTold:
    return campaign_told(campaign, progress(session, campaign), concerned(session, campaign, Decision.RETRY))
