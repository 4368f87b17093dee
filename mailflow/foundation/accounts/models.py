"""Tables of staff accounts, API keys and sign-in attempts."""

from datetime import datetime

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
    session_stamp: Mapped[str]
    """Changes with the password, so that sessions opened before it end."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed sign-in, kept to slow guessing down; ``account`` is a hash of what was typed."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]


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
