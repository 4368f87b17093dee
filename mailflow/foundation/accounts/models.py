"""Tables of staff accounts, their sessions, API keys and sign-in attempts."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mailflow.foundation.database import Base


class User(Base):
    """One of the staff; personal data: name, email."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(default="")
    """What the person chose, "es" or "en"; empty until then, and the browser's is spoken."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffSession(Base):
    """One sign-in; ended ones are kept for a while, since they tell which devices and networks are the account's own."""

    __tablename__ = "staff_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of what the session's cookie carries."""
    device: Mapped[str]
    """SHA-256 of what the device's cookie carries."""
    network: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed sign-in, kept for a day to slow guessing down; ``account`` is a hash of what was typed."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(index=True)
    network: Mapped[str] = mapped_column(index=True)
    device: Mapped[str | None]
    """Set where the account has signed in with this device before."""
    at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Base):
    """A key of the shop's developer: only its SHA-256 is kept."""

    __tablename__ = "api_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """What a request with an Idempotency-Key was answered, so that sent again it does nothing twice. Personal data, for a day: body."""

    __tablename__ = "kept_answer"
    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the API key's number and the Idempotency-Key."""
    request: Mapped[str]
    """SHA-256 of what was asked: another request may not use the same key."""
    status: Mapped[int] = mapped_column(default=0)
    """0 while the first one is being done."""
    body: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(index=True)
