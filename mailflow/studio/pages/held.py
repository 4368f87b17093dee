"""When the database came back from a copy: what waits, what may have gone meanwhile, and the button that lets it go on."""

from time import monotonic

from flask import Blueprint, Flask, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mailflow.delivery.restored import held, release_some
from mailflow.foundation.fence.keeper import Fence, known
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_settings

blueprint = Blueprint("held", __name__, url_prefix="/held")
_LONGEST_SECONDS = 20.0


def warn(app: Flask) -> None:
    """Give the templates of ``app`` the word ``is_held()``: every page says so."""
    app.jinja_env.globals["is_held"] = is_held


def is_held() -> bool:
    """Whether nothing leaves until somebody says so; asked once a request."""
    if "held" not in g:
        with current_database().read() as session:
            found = known(session)
        g.held = bool(found and found.held)
    return bool(g.held)


@blueprint.get("/")
@staff
def index() -> Response | str:
    """What a person should know before saying yes."""
    with current_database().read() as session:
        found = held(session, now=current_instant())
    return render_template("studio/held.html", found=found) if found else redirect(url_for("delivery.index"))


@blueprint.post("/release")
@staff
def release() -> Response:
    """Let it go on; what may have gone already waits for a decision of its own. A second click finds nothing to do."""
    if not is_held():  # and takes no journal from those who send again
        flash(_("That was over already."), "warn")
        return redirect(url_for("delivery.index"), 303)
    now, until, done = current_instant(), monotonic() + _LONGEST_SECONDS, False
    while not done and monotonic() < until:
        with current_database().begin() as session:
            done = release_some(session, now=now)
    if not done:
        flash(_("There was more to look through than one page has time for. Once more, please."), "warn")
        return redirect(url_for("held.index"), 303)
    with current_database().begin() as session:
        Fence(current_settings().home).trust(session, now=now)
    flash(_("Released. Senders begin again within seconds; what may have gone already waits for your decision."))
    return redirect(url_for("delivery.index"), 303)
