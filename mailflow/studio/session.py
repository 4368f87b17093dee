"""The session of a member of staff: a signed cookie that names them and ends when their password changes."""

from dataclasses import dataclass

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin

from mailflow.foundation.accounts import User, user
from mailflow.studio.security import same
from mailflow.studio.surroundings import current_database


@dataclass(frozen=True)
class Member(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """Who is signed in, as far as pages need to know."""

    id: int
    name: str
    email: str
    language: str
    stamp: str

    def get_id(self) -> str:
        """What the session keeps: the account and the stamp that a change of password renews."""
        return f"{self.id}.{self.stamp}"

    @property
    def initials(self) -> str:
        """Two letters to stand for the person."""
        words = self.name.split() or [self.email]
        return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()

    @property
    def first_name(self) -> str:
        """The word to greet the person by."""
        return (self.name.split() or [self.email])[0]


def member_of(account: User) -> Member:
    """The signed-in person that an account is."""
    return Member(account.id, account.name, account.email, account.language, account.session_stamp)


def keep_sessions(app: Flask) -> None:
    """Let ``app`` know who is signed in by the session cookie."""
    manager = LoginManager(app)
    manager.session_protection = None  # the cookie is signed, and networks of phones change all the time
    manager.user_loader(_load)
    app.session_interface = _ScopedCookies()


def _load(text: str) -> Member | None:
    number, _, stamp = text.partition(".")
    if not number.isdigit():
        return None
    with current_database().read() as session:
        account = user(session, int(number))
    return member_of(account) if account and same(account.session_stamp, stamp) else None


class _ScopedCookies(SecureCookieSessionInterface):
    """Session cookies sent only below the studio's own path, never to the public pages beside it."""

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002
        """The path under which this application is mounted."""
        return request.script_root or "/"
