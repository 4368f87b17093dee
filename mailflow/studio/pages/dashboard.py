"""The first page: how things stand and what to do next."""

from flask import Blueprint, render_template

from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_instant

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/")
@staff
def index() -> str:
    """The dashboard."""
    return render_template("studio/dashboard.html", now=current_instant())
