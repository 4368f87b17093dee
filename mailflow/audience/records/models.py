"""Tables of one person's record: staff's notes, the addresses she had, and the numbers that have become others."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.audience.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Note(Base):
    """What staff wrote down about a person. Personal data: text."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int]
    """The user who wrote it; a plain number, since the note outlives the account."""
    at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    text: Mapped[str]


class FormerAddress(Base):
    """An address that a person had before. Personal data: email, email_key."""

    __tablename__ = "former_address"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)
    until: Mapped[datetime]
    why: Mapped[str]
    """changed, or merged with another record."""


class FormerNumber(Base):
    """A number that mails already out carry, and the one that stands for it since two records became one."""

    __tablename__ = "former_number"
    kind: Mapped[str] = mapped_column(primary_key=True)
    """subscriber or subscription."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    now: Mapped[int]
