"""Sessions of the staff: rows of our own, so that one that ended is over wherever its cookie was copied to."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from mailflow.foundation.accounts.models import StaffSession, User
from mailflow.foundation.accounts.words import Pass, Place

SESSION_LIFE = timedelta(days=30)
"""However often it is used: a stolen cookie must not live for ever."""
DEVICE_MEMORY = timedelta(days=180)
"""For so long a device or network at which somebody signed in is known as theirs."""


def open_session(session: Session, user_id: int, place: Place, *, now: datetime) -> Pass:
    """A new session with secrets of its own; neither an older session nor an older device's secret is taken over."""
    session.execute(delete(StaffSession).where(StaffSession.user_id == user_id, StaffSession.began_at < now - DEVICE_MEMORY))
    given = Pass(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    row = {"user_id": user_id, "digest": digest(given.session), "device": digest(given.device), "network": place.network}
    session.add(StaffSession(**row, began_at=now))
    session.flush()
    return given


def member(session: Session, secret: str, *, now: datetime) -> User | None:
    """Whose session this is, while it lasts; found by digest, so that comparing it leaks no timing (S-36)."""
    return session.scalar(
        select(User)
        .join(StaffSession, StaffSession.user_id == User.id)
        .where(
            StaffSession.digest == digest(secret),
            StaffSession.ended_at.is_(None),
            StaffSession.began_at > now - SESSION_LIFE,
            User.disabled_at.is_(None),
        )
    )


def end_session(session: Session, secret: str, *, now: datetime) -> None:
    """End one session, here and wherever its cookie is."""
    session.execute(update(StaffSession).where(StaffSession.digest == digest(secret), StaffSession.ended_at.is_(None)).values(ended_at=now))


def set_password(session: Session, account: User, password_hash: str, *, now: datetime) -> None:
    """Keep the hash of a new password and end every session opened with the old one."""
    account.password_hash = password_hash
    session.execute(update(StaffSession).where(StaffSession.user_id == account.id, StaffSession.ended_at.is_(None)).values(ended_at=now))
    session.flush()


def knows_device(session: Session, user_id: int, device: str, *, now: datetime) -> bool:
    """Whether the account has signed in with this device before."""
    return bool(device) and _been(session, user_id, StaffSession.device == device, now=now)


def knows_network(session: Session, user_id: int, network: str, *, now: datetime) -> bool:
    """Whether the account has signed in from this network before."""
    return bool(network) and _been(session, user_id, StaffSession.network == network, now=now)


def digest(secret: str) -> str:
    """What is kept of a secret of 32 random bytes: no salt is needed where nothing can be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _been(session: Session, user_id: int, there: ColumnElement[bool], *, now: datetime) -> bool:
    wanted = select(StaffSession.id).where(StaffSession.user_id == user_id, there, StaffSession.began_at > now - DEVICE_MEMORY)
    return session.scalar(wanted.limit(1)) is not None
