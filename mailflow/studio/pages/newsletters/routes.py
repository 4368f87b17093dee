"""The newsletters' place in the studio, and how its views find the one they are asked for."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from mailflow.content.models import Newsletter
from mailflow.content.queries import newsletter

blueprint = Blueprint("newsletters", __name__, url_prefix="/newsletters")


def found(session: Session, newsletter_id: int) -> Newsletter:
    """The newsletter with that number, or a 404 page."""
    return newsletter(session, newsletter_id) or abort(404)
