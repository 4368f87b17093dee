"""The fields' place in the studio, and how its views find the one they are asked for."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from mailflow.audience.models import Field

blueprint = Blueprint("fields", __name__, url_prefix="/fields")


def found(session: Session, field_id: int) -> Field:
    """The field with that number, or 404."""
    return session.get(Field, field_id) or abort(404)
