"""The tables of finding: the beginnings by which people are found, and whose are due to be written."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.audience.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class SearchKey(Base):
    """One word that a person is found by, as ``keys.keys_of`` folds it. Personal data: word."""

    __tablename__ = "search_key"
    __table_args__ = (Index("ix_search_key_word", "word", "subscriber_id"), {"sqlite_with_rowid": False})
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    """Compared byte by byte on both databases, so that a beginning is one stretch of the index."""


class SearchDue(Base):
    """Somebody whose words are to be written anew, since many were changed at once."""

    __tablename__ = "search_due"
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True)
