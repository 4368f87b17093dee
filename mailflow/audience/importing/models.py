"""The tables of imports: the file in pieces until it is read, then in blocks of rows, with what became of each row."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.audience.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Import(Base):
    """One file that was brought, on what grounds, into which list, and how far it is. Personal data: sample."""

    __tablename__ = "import"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, index=True)
    """Random; what links to it carry."""
    name: Mapped[str]
    """The file's own name."""
    state: Mapped[str]
    fault: Mapped[str] = mapped_column(default="")
    """Why it failed: a word of :class:`FileError`."""
    list_id: Mapped[int] = mapped_column(ForeignKey("list.id"))
    basis: Mapped[str] = mapped_column(default="")
    wording: Mapped[str] = mapped_column(default="")
    """Where and how these people agreed, in the words of who brought them; kept with each person's consent."""
    source_class: Mapped[str] = mapped_column(default="organic")
    roles: Mapped[str] = mapped_column(default="mark")
    """What becomes of addresses of an office, as info@: a word of :class:`Policy`."""
    disposables: Mapped[str] = mapped_column(default="refuse")
    """What becomes of addresses that are thrown away after a day."""
    header: Mapped[list[str]]
    mapping: Mapped[dict[str, str]]
    """What a column holds, by its place."""
    sample: Mapped[list[Any]] = mapped_column(default=list)
    """The cells of the first rows, to be shown beside the mapping."""
    size: Mapped[int] = mapped_column(default=0)
    """Bytes of the file."""
    pieces: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    blocks: Mapped[int] = mapped_column(default=0)
    tried: Mapped[int] = mapped_column(default=0)
    """Blocks that were tried out."""
    done: Mapped[int] = mapped_column(default=0)
    """Blocks that were carried in."""
    undone: Mapped[int] = mapped_column(default=0)
    """Blocks that were taken back."""
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Rows by outcome, as tried out."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Rows by outcome, so far."""
    marked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Rows that came in with a mark, by mark."""
    taken_back: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What an undo took back, and what it left, by word."""
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    since: Mapped[datetime]
    """When its state began."""
    ended_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
    """When its rows were deleted; what became of them is still counted."""


class ImportPiece(Base):
    """A megabyte of the file, packed, until its rows are kept. Personal data: content."""

    __tablename__ = "import_piece"
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class ImportBlock(Base):
    """Some hundred rows of an import, carried in by one transaction. Personal data: rows, judged, came."""

    __tablename__ = "import_block"
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    rows: Mapped[list[Any]]
    """[number, broken, [cells]] of each."""
    outcomes: Mapped[list[Any]] = mapped_column(default=list)
    """[outcome, dropped fields, note] of each row, or the outcome alone, as tried out and then as it came to be."""
    judged: Mapped[list[Any]] = mapped_column(default=list)
    """[address, language, {field: value}] of each row that can come in, None of the others; empty once they were carried in."""
    came: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Whom and what this block brought, so that it can be taken back."""
