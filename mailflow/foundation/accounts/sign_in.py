"""Signing in, in three steps: look (a read), verify (slow, no transaction open), and note a failure (a short write)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.foundation.accounts.models import SignInAttempt, User
from mailflow.foundation.accounts.passwords import matches

FAILURES_ALLOWED = 5
FAILURE_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Found:
    """Whom an address names, if anybody, and whether it was guessed at too often to be let in now."""

    user: User | None
    too_many: bool


@dataclass(frozen=True)
class SignIn:
    """What became of a try: ``reason`` is "signed-in", "wrong" or "too-many"."""

    user: User | None
    reason: str


def add_user(session: Session, email: str, *, name: str, password_hash: str, language: str = "", now: datetime) -> User:
    """A new member of staff, with a hash of ``hash_password``; without a language the browser's is spoken."""
    added = User(email=email.strip().lower(), name=name, language=language, created_at=now)
    set_password(added, password_hash)
    session.add(added)
    session.flush()
    return added


def set_password(account: User, password_hash: str) -> None:
    """Keep the hash of a new password and end every session opened with the old one."""
    account.password_hash = password_hash
    account.session_stamp = secrets.token_hex(8)


def look_up(session: Session, email: str, *, now: datetime) -> Found:
    """Who might be signing in; failures are counted per account typed, known or not."""
    found = session.scalar(select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None)))
    return Found(found, _failures(session, email, since=now - FAILURE_WINDOW) >= FAILURES_ALLOWED)


def verify(found: Found, password: str) -> SignIn:
    """Whether that is them; needs no database and takes as long for an unknown account as for a known one."""
    if found.too_many:
        return SignIn(None, "too-many")
    if matches(found.user.password_hash if found.user else None, password):
        return SignIn(found.user, "signed-in")
    return SignIn(None, "wrong")


def note_failure(session: Session, email: str, *, now: datetime) -> None:
    """Count a wrong password against the account that was typed."""
    session.add(SignInAttempt(account=_account(email), at=now))


def user(session: Session, user_id: int) -> User | None:
    """The member of staff with this id, unless disabled."""
    return session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))


def _failures(session: Session, email: str, *, since: datetime) -> int:
    tries = select(func.count()).select_from(SignInAttempt)
    return session.scalar(tries.where(SignInAttempt.account == _account(email), SignInAttempt.at > since)) or 0


def _account(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()
