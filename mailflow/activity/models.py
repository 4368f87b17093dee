"""The ledger's tables. Lines hold a person's number, never an address or free text."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mailflow.foundation.database import Base


class Activity(Base):
    """One thing that happened to one person; never changed, never taken away."""

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_person_kind_at", "subscriber_id", "kind", "at"),
        Index("ix_activity_kind_at_person", "kind", "at", "subscriber_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    subscriber_id: Mapped[int]
    list_id: Mapped[int | None]
    mailing_id: Mapped[int | None]
    message_id: Mapped[int | None]
    amount: Mapped[int | None]
    """Cents."""
    machine: Mapped[bool] = mapped_column(default=False)
    """An open or click that a machine made: kept, never counted as a person's."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Cursor(Base):
    """How far one reader of the ledger has read."""

    __tablename__ = "cursor"
    reader: Mapped[str] = mapped_column(primary_key=True)
    last_id: Mapped[int]
