"""The table of saved segments."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from mailflow.foundation.database import Base


class Segment(Base):
    """A saved condition tree; ready ones carry a slug and cannot be changed, only copied."""

    __tablename__ = "segment"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[dict[str, str]]
    tree: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
