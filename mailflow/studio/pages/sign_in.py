"""Signing in and out, and the language of the pages."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from mailflow.foundation.accounts import end_session, user
from mailflow.foundation.language import known_language
from mailflow.studio.entry import remember, try_password
from mailflow.studio.security import public, safe_next
from mailflow.studio.surroundings import current_database, current_instant

blueprint = Blueprint("sign_in", __name__)

_REFUSED = {"wrong": 422, "too-many": 429, "busy": 503}


@blueprint.get("/sign-in")
@public
def form() -> Response | str:
    """The form that asks who is there."""
    if current_user.is_authenticated:
        return redirect(url_for("dashboard.index"))
    return render_template("studio/sign_in.html", email="", error=None, next=safe_next(request.args.get("next")))


@blueprint.post("/sign-in")
@public
def enter() -> Response | tuple[str, int]:
    """Let the person in when the password is right."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    following = safe_next(request.form.get("next"))
    reason, member, given = try_password(email, password)
    if member is None or given is None:
        page = render_template("studio/sign_in.html", email=email, error=reason, next=following)
        return page, _REFUSED[reason]
    chosen = known_language(session.get("language"))
    session.clear()  # nothing that was planted before signing in lives on, but the language chosen on that page
    if chosen:
        session["language"] = chosen
    answer = redirect(following or url_for("dashboard.index"))
    remember(answer, member, given)
    return answer


@blueprint.post("/sign-out")
@public
def leave() -> Response:
    """End the session, also for whoever has a copy of its cookie."""
    if current_user.is_authenticated:
        with current_database().begin() as database_session:
            end_session(database_session, current_user.secret, now=current_instant())
    logout_user()
    session.clear()
    flash(_("You have signed out."))
    return redirect(url_for("sign_in.form"))


@blueprint.post("/language")
@public
def choose_language() -> Response:
    """Show the pages in another language: kept with the account, or with the session before signing in."""
    chosen = known_language(request.form.get("language"))
    if chosen and current_user.is_authenticated:
        with current_database().begin() as database_session:
            account = user(database_session, current_user.id)
            if account:
                account.language = chosen
    elif chosen:
        session["language"] = chosen
    return redirect(safe_next(request.form.get("next")) or url_for("dashboard.index"))
