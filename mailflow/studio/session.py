"""The session of a member of staff: a cookie whose secret names a row that can be ended; and the device they came with."""

from dataclasses import dataclass

from flask import Flask, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin
from werkzeug.wrappers import Response

from mailflow.foundation.accounts import Pass, Place, User, digest, member, network_of
from mailflow.studio.surroundings import current_database, current_instant

DEVICE_COOKIE = "mailflow_device"
_DEVICE_SECONDS = 180 * 24 * 3600
_LONGEST_SECRET = 100


@dataclass(frozen=True)
class Member(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """Who is signed in, as far as pages need to know."""

    id: int
    name: str
    email: str
    language: str
    secret: str

    def get_id(self) -> str:
        """What the cookie keeps: the secret of the session's row."""
        return self.secret

    @property
    def initials(self) -> str:
        """Two letters to stand for the person."""
        words = self.name.split() or [self.email]
        return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()

    @property
    def first_name(self) -> str:
        """The word to greet the person by."""
        return (self.name.split() or [self.email])[0]


def member_of(account: User, secret: str) -> Member:
    """The signed-in person that an account is, in the session with this secret."""
    return Member(account.id, account.name, account.email, account.language, secret)


def place() -> Place:
    """Where this request comes from: its network, and the device as far as it says."""
    kept = request.cookies.get(DEVICE_COOKIE, "")
    return Place(network_of(request.remote_addr or ""), digest(kept) if 0 < len(kept) <= _LONGEST_SECRET else "")


def keep_device(response: Response, given: Pass) -> None:
    """Let this device be known at its next sign-in, so that strangers who guess cannot shut it out."""
    response.set_cookie(
        DEVICE_COOKIE,
        given.device,
        max_age=_DEVICE_SECONDS,
        path=request.script_root or "/",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )


def keep_sessions(app: Flask) -> None:
    """Let ``app`` know who is signed in by the session cookie."""
    manager = LoginManager(app)
    manager.session_protection = None  # the cookie is signed, and networks of phones change all the time
    manager.user_loader(_load)
    app.session_interface = _ScopedCookies()


def _load(secret: str) -> Member | None:
    with current_database().read() as session:
        account = member(session, secret, now=current_instant())
    return member_of(account, secret) if account else None


class _ScopedCookies(SecureCookieSessionInterface):
    """Session cookies sent only below the studio's own path, never to the public pages beside it."""

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002
        """The path under which this application is mounted."""
        return request.script_root or "/"
