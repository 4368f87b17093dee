"""The table of campaigns."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.content.models  # ours refer to its tables
import mailflow.segments.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Campaign(Base):
    """A newsletter to one list, perhaps narrowed by a segment, due at a wall time in a zone."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    newsletter_id: Mapped[int | None] = mapped_column(ForeignKey("newsletter.id"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("list.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"))
    state: Mapped[str] = mapped_column(default="draft", index=True)
    reason: Mapped[str | None]
    wall_time: Mapped[str | None]
    """"2026-11-27T10:00", as the marketer chose it."""
    zone: Mapped[str | None]
    due_at: Mapped[datetime | None]
    zone_data: Mapped[str | None]
    """The version of the time zone data by which ``due_at`` was found; None where it is an instant and no wall time was meant."""
    moved_from: Mapped[datetime | None]
    """The instant it would have left at before the rules of its place's clocks were changed."""
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"), unique=True)
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    """The newsletter and the segment as they stood when it was scheduled, as `campaigns.kept` writes them; empty in a draft."""
    rehearsed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What making its mails for some of its readers showed, as `campaigns.rehearsal` keeps it; empty until shortly before its hour."""
    braked: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Why it was paused by itself, and from which counts on results count since it was let go, as `campaigns.brake` keeps it."""
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
