"""Signing in, in three steps: knock (a short write), verify (slow, no transaction open), and be let in (a short write).

A knock counts as a failure until it is let in, so that many at once do not get more guesses than one after the other.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from mailflow.foundation.accounts.models import SignInAttempt, User
from mailflow.foundation.accounts.passwords import Busy, matches
from mailflow.foundation.accounts.rules import FAILURE_WINDOW, is_stopped
from mailflow.foundation.accounts.sessions import knows_device, knows_network, open_session, set_password
from mailflow.foundation.accounts.words import Failure, Pass, Place
from mailflow.foundation.alone import be_alone

_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Knock:
    """Whom an address names, if anybody; no ``attempt`` where guessing was stopped and nothing is to be tried."""

    user: User | None
    attempt: int | None


@dataclass(frozen=True)
class SignIn:
    """What became of a try: ``reason`` is "right", "wrong", "too-many" or "busy"."""

    user: User | None
    reason: str


def add_user(session: Session, email: str, *, name: str, password_hash: str, language: str = "", now: datetime) -> User:
    """A new member of staff, with a hash of ``hash_password``; without a language the browser's is spoken."""
    added = User(email=email.strip().lower(), name=name, password_hash=password_hash, language=language, created_at=now)
    session.add(added)
    session.flush()
    return added


def knock(session: Session, email: str, place: Place, *, now: datetime) -> Knock:
    """Count a try, and say who it may be; known accounts and unknown ones are counted alike (S-33)."""
    be_alone(session, "sign in")
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - _KEPT))
    found = account_of(session, email)
    own_device = found is not None and knows_device(session, found.id, place.device, now=now)
    usual_network = found is not None and knows_network(session, found.id, place.network, now=now)
    tried = Failure(_account(email), place.network, place.device if own_device else None)
    if is_stopped(_failures(session, tried, since=now - FAILURE_WINDOW), tried, usual_network=usual_network):
        return Knock(found, None)
    attempt = SignInAttempt(**tried._asdict(), at=now)
    session.add(attempt)
    session.flush()
    return Knock(found, attempt.id)


def verify(knocked: Knock, password: str) -> SignIn:
    """Whether that is them; needs no database and takes as long for an unknown account as for a known one."""
    if knocked.attempt is None:
        return SignIn(None, "too-many")
    try:
        right = matches(knocked.user.password_hash if knocked.user else None, password)
    except Busy:
        return SignIn(None, "busy")
    return SignIn(knocked.user, "right") if right else SignIn(None, "wrong")


def let_in(session: Session, knocked: Knock, place: Place, *, new_hash: str = "", now: datetime) -> Pass | None:
    """Open a session for who was verified, after keeping a new password if there is one.

    None when the account was closed or its password changed meanwhile.
    """
    found = user(session, knocked.user.id) if knocked.user else None
    if found is None or knocked.user is None or not compare_digest(found.password_hash, knocked.user.password_hash):
        return None
    _forget_place(session, knocked)
    if new_hash:
        set_password(session, found, new_hash, now=now)
    return open_session(session, found.id, place, now=now)


def forget(session: Session, knocked: Knock) -> None:
    """Take back a knock of which nobody knows whether it was right."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == knocked.attempt))


def _forget_place(session: Session, knocked: Knock) -> None:
    """The owner mistyped: her failures from this device, or from this network on new devices, count no more."""
    attempt = session.get(SignInAttempt, knocked.attempt) if knocked.attempt else None
    if attempt is not None:
        same = SignInAttempt.device.is_not_distinct_from(attempt.device)
        if attempt.device is None:
            same &= SignInAttempt.network == attempt.network
        session.execute(delete(SignInAttempt).where(SignInAttempt.account == attempt.account, same))


def account_of(session: Session, email: str) -> User | None:
    """The member of staff with this address, however it is typed, unless disabled."""
    return session.scalar(select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None)))


def user(session: Session, user_id: int) -> User | None:
    """The member of staff with this id, unless disabled."""
    return session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))


def _failures(session: Session, tried: Failure, *, since: datetime) -> list[Failure]:
    columns = (SignInAttempt.account, SignInAttempt.network, SignInAttempt.device)
    same = or_(SignInAttempt.account == tried.account, SignInAttempt.network == tried.network)
    return [Failure(*row) for row in session.execute(select(*columns).where(SignInAttempt.at > since, same))]


def _account(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()
