"""The subscribers' place in the studio."""

from flask import Blueprint

blueprint = Blueprint("subscribers", __name__, url_prefix="/subscribers")
