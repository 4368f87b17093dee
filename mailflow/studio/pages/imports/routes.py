"""The imports' place in the studio, and how its views find the one they are asked for."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import
from mailflow.audience.importing.queries import by_token

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


def found(session: Session, token: str) -> Import:
    """The import that the address names, or a 404 page."""
    return by_token(session, token) or abort(404)
