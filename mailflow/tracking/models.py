"""Tables of raw hits and of orders."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.outbox.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Hit(Base):
    """A raw open or click, kept only for people who agreed to it (``message_id``), else with the mailing alone."""

    __tablename__ = "hit"
    __table_args__ = (Index("ix_hit_message", "message_id", "at"), Index("ix_hit_mailing", "mailing_id", "kind", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    mailing_id: Mapped[int]
    message_id: Mapped[int | None]
    link_number: Mapped[int | None]
    machine: Mapped[bool]
    signal: Mapped[str] = mapped_column(default="")
    """Why it was taken for a machine's: a word."""


class Order(Base):
    """An order the shop told us of; ``message_id`` is the message it is attributed to."""

    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    subscriber_id: Mapped[int | None] = mapped_column(ForeignKey("subscriber.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    amount: Mapped[int]
    """Cents."""
    currency: Mapped[str]
    code: Mapped[str | None]
    code_result: Mapped[str | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    recorded_at: Mapped[datetime]
    lines: Mapped[list[Any]] = mapped_column(default=list)
    """What was bought, if the shop says: {"product": "Jarra", "quantity": 2, "amount": 3900, "category": "Loza"}."""
