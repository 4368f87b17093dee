"""Letting somebody in: a password is tried with nothing open, and who is let in gets a session and a known device."""

from flask import current_app, session
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from mailflow.foundation.accounts import Pass, end_session, forget, hash_password, knock, let_in, verify
from mailflow.studio.session import Member, keep_device, member_of, place
from mailflow.studio.surroundings import current_database, current_instant


def try_password(email: str, password: str, *, new: str = "") -> tuple[str, Member | None, Pass | None]:
    """Who is let in and with what, or why nobody is: "wrong", "too-many" or "busy".

    The session that this browser had ends; with a ``new`` password every session of the account.
    """
    database, now, where = current_database(), current_instant(), place()
    with database.begin() as writing:
        knocked = knock(writing, email, where, now=now)
    tried = verify(knocked, password)
    if tried.reason == "too-many":
        current_app.logger.warning("sign-in stopped for a while: too many failures; the last from %s", where.network)
    if tried.reason == "busy":
        with database.begin() as writing:
            forget(writing, knocked)
    if tried.user is None:
        return tried.reason, None, None
    new_hash = hash_password(new) if new else ""
    with database.begin() as writing:
        if current_user.is_authenticated:
            end_session(writing, current_user.secret, now=now)
        given = let_in(writing, knocked, where, new_hash=new_hash, now=now)
    return ("right", member_of(tried.user, given.session), given) if given else ("wrong", None, None)


def remember(answer: Response, member: Member, given: Pass) -> None:
    """Give the browser its session and its device's secret."""
    session.permanent = True
    login_user(member)
    keep_device(answer, given)
