"""Signing in and out, and the language of the pages."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from mailflow.foundation.accounts import look_up, note_failure, user, verify
from mailflow.foundation.language import known_language
from mailflow.studio.security import public, safe_next
from mailflow.studio.session import member_of
from mailflow.studio.surroundings import current_database, current_instant

blueprint = Blueprint("sign_in", __name__)


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
    now = current_instant()
    with current_database().read() as database_session:
        found = look_up(database_session, email, now=now)
    result = verify(found, password)
    if result.reason == "wrong":
        with current_database().begin() as database_session:
            note_failure(database_session, email, now=now)
    if result.user is None:
        page = render_template("studio/sign_in.html", email=email, error=result.reason, next=following)
        return page, 429 if result.reason == "too-many" else 422
    chosen = known_language(session.get("language"))
    session.clear()  # nothing that was planted before signing in lives on, but the language chosen on that page
    if chosen:
        session["language"] = chosen
    session.permanent = True
    login_user(member_of(result.user))
    return redirect(following or url_for("dashboard.index"))


@blueprint.post("/sign-out")
@public
def leave() -> Response:
    """End the session."""
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
