"""The segments' place in the studio, and how its views find the one they are asked for."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from mailflow.segments.models import Segment
from mailflow.segments.queries import segment

blueprint = Blueprint("segments", __name__, url_prefix="/segments")


def found(session: Session, segment_id: int) -> Segment:
    """The segment with that number, or a 404 page."""
    return segment(session, segment_id) or abort(404)
