"""The tables of imports: the file, kept in blocks of rows until all is done, with what became of each row."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.audience.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Import(Base):
    """One file that was brought, on what grounds, into which list, and how far it is."""

    __tablename__ = "import"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    """The file's own name."""
    state: Mapped[str]
    list_id: Mapped[int] = mapped_column(ForeignKey("list.id"))
    basis: Mapped[str]
    wording: Mapped[str]
    """Where and how these people agreed, in the words of who brought them; kept with each person's consent."""
    source_class: Mapped[str] = mapped_column(default="organic")
    header: Mapped[list[str]]
    mapping: Mapped[dict[str, str]]
    """What a column holds, by its place."""
    rows: Mapped[int]
    blocks: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    """Blocks that were carried in."""
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Rows by outcome, as tried out."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Rows by outcome, so far."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ImportBlock(Base):
    """Some hundred rows of an import, carried in by one transaction. Personal data: rows."""

    __tablename__ = "import_block"
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    rows: Mapped[list[Any]]
    """[number, broken, [cells]] of each."""
    outcomes: Mapped[list[Any]] = mapped_column(default=list)
    """[outcome, dropped fields, note] of each row, as tried out and then as it came to be."""
