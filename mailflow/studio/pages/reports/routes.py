"""The reports' place in the studio, and how its views find the campaign they are asked for."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


def launched(session: Session, campaign_id: int) -> tuple[Campaign, int]:
    """The campaign with that number and its mailing's; a 404 page for one that was never launched."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.mailing_id is None:
        abort(404)
    return campaign, campaign.mailing_id
