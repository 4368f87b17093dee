"""Delivery's place in the studio."""

from flask import Blueprint

blueprint = Blueprint("delivery", __name__, url_prefix="/delivery")
