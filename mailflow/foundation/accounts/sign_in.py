"""Signing in with a password, argon2id-hashed; unknown accounts cost the same time as known ones."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.foundation.accounts.models import SignInAttempt, User

FAILURES_ALLOWED = 5
FAILURE_WINDOW = timedelta(minutes=15)
SHORTEST_PASSWORD = 10

_hasher = PasswordHasher()


@dataclass(frozen=True)
class SignIn:
    """What became of a try: ``reason`` is "signed-in", "wrong" or "too-many"."""

    user: User | None
    reason: str


def add_user(session: Session, email: str, *, name: str, password: str, language: str = "es", now: datetime) -> User:
    """A new member of staff; raises ValueError for a password shorter than ten characters."""
    added = User(email=email.strip().lower(), name=name, language=language, created_at=now, password_hash="", session_stamp="")
    change_password(added, password)
    session.add(added)
    session.flush()
    return added


def change_password(account: User, password: str) -> None:
    """Set a password and end every session opened with the old one."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password needs at least {SHORTEST_PASSWORD} characters")
    account.password_hash = _hasher.hash(password)
    account.session_stamp = secrets.token_hex(8)


def sign_in(session: Session, email: str, password: str, *, now: datetime) -> SignIn:
    """Who this is, if the password is right; failures are counted per account typed, known or not."""
    account = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    if _failures(session, account, since=now - FAILURE_WINDOW) >= FAILURES_ALLOWED:
        return SignIn(None, "too-many")
    found = session.scalar(select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None)))
    if _matches(found.password_hash if found else _nobody(), password) and found:
        return SignIn(found, "signed-in")
    session.add(SignInAttempt(account=account, at=now))
    return SignIn(None, "wrong")


def user(session: Session, user_id: int) -> User | None:
    """The member of staff with this id, unless disabled."""
    return session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))


def _failures(session: Session, account: str, *, since: datetime) -> int:
    tries = select(func.count()).select_from(SignInAttempt)
    return session.scalar(tries.where(SignInAttempt.account == account, SignInAttempt.at > since)) or 0


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that no password matches, so that an unknown account takes as long as a known one."""
    return _hasher.hash(secrets.token_hex(16))
