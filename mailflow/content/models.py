"""Tables of newsletters being written and of what they were compiled to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.outbox.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Newsletter(Base):
    """A mail being written: a template and what fills its slots."""

    __tablename__ = "newsletter"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    template: Mapped[str]
    language: Mapped[str] = mapped_column(default="es")
    subject: Mapped[str]
    preheader: Mapped[str] = mapped_column(default="")
    slots: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mjml: Mapped[str] = mapped_column(default="")
    """The marketer's own source; empty while the template is used as it is."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Compilation(Base):
    """What a mailing's mails are made from, once per language: frozen when the mailing was launched."""

    __tablename__ = "compilation"
    __table_args__ = (UniqueConstraint("mailing_id", "language"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    language: Mapped[str]
    compiled: Mapped[dict[str, Any]]
    """`content.words.Compiled` as plain values."""
    first_link: Mapped[int] = mapped_column(default=0)
    """Number of the mailing's links before this language's own: link_1 here is outbox link first_link + 1."""
    created_at: Mapped[datetime]
