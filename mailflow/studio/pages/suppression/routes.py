"""The place of who gets nothing in the studio."""

from flask import Blueprint

blueprint = Blueprint("suppression", __name__, url_prefix="/suppression")
