"""The one row in which a database says who it is."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from mailflow.foundation.database import Base


class Instance(Base):
    """Who this database is; ``number`` is 1, always."""

    __tablename__ = "instance"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    """Random; another one after each release."""
    former: Mapped[list[Any]]
    age: Mapped[int]
    """Rises with every sign of life of a sender."""
    place: Mapped[str]
    """Where it lay when it was last known to be no copy."""
    held: Mapped[str]
    """Why nothing leaves, as a word; empty when all is well."""
    held_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    """When a sender last counted."""
