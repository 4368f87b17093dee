"""Tables of sequences, their steps, and who is where in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.offers.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Sequence(Base):
    """A recipe, switched on or off from the studio."""

    __tablename__ = "sequence"
    id: Mapped[int] = mapped_column(primary_key=True)
    recipe: Mapped[str] = mapped_column(unique=True)
    trigger: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{"quiet_days": 120}."""
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    on: Mapped[bool] = mapped_column(default=False)
    switched_at: Mapped[datetime | None]
    """Only what happened after it was switched on brings people in."""
    scan_after: Mapped[int] = mapped_column(default=0)
    """How far the present look for quiet people has come: the last subscriber looked at; 0 between two looks."""
    scanned_at: Mapped[datetime | None]
    """When the last look for quiet people was over."""
    hours_by: Mapped[str | None]
    """The zone and the version of its data by which its waits' hours were found: "Europe/Madrid 2026f"."""
    created_at: Mapped[datetime]


class Step(Base):
    """One step, in order of ``position`` from 0."""

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("sequence_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    position: Mapped[int]
    kind: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """mail: {"template": "welcome"}; wait: {"days": 5} or {"before_code_ends_days": 3}; condition: {"word": "code-unused"}."""


class Enrolment(Base):
    """One person in one sequence, once."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("sequence_id", "subscriber_id"), Index("ix_enrolment_due", "state", "due_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("list.id"))
    position: Mapped[int] = mapped_column(default=0)
    """The step she is at: to be done when ``due_at`` has come; a wait is over then."""
    due_at: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str | None]
    entered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
