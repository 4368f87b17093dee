"""The campaigns' place in the studio, and how its views find the one they are asked for."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")


def found(session: Session, campaign_id: int) -> Campaign:
    """The campaign with that number, or a 404 page."""
    return session.get(Campaign, campaign_id) or abort(404)
