"""The outbox's tables: one ``message`` row per mailing, person and occasion is the truth about sending."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, bindparam, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.audience.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base
from mailflow.foundation.partial import partial_index
from mailflow.outbox.words import TROUBLE, WAITING, State


class Mailing(Base):
    """Something sent to many, or the same notice sent to many, one at a time."""

    __tablename__ = "mailing"
    __table_args__ = (UniqueConstraint("kind", "source_id", "template"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    source_id: Mapped[int]
    """The campaign's or the step's number; a plain integer, since those stages stand above. 0 for notices."""
    template: Mapped[str] = mapped_column(default="")
    """Slug of the message template a step or notice is made from; empty when a newsletter is."""
    newsletter_id: Mapped[int | None]
    """The newsletter a campaign or test is made from; a plain integer, since content stands above."""
    name: Mapped[str]
    language: Mapped[str | None]
    """The one language a newsletter is written in; None where each reader gets her own."""
    list_id: Mapped[int | None] = mapped_column(ForeignKey("list.id"), index=True)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"))
    lane: Mapped[int]
    policy: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    """When all who get it had their row; None while that goes on."""
    people: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many rows ``enqueue`` wrote: fixed once it is frozen, so that nobody has to count them again."""


class Cell(Base):
    """One distinct combination of reporting values, shared by all who had it when written to, naming nobody."""

    __tablename__ = "cell"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    data: Mapped[dict[str, Any]]
    """{"sex": "f", "age": "25-34", "place": "ES-SE", "source": "organic"}, or {"interests": ["vajilla", "recetas"]}."""


class Message(Base):
    """One row per mailing, person and occasion. Personal data: address, until settled and 30 days."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("mailing_id", "person_key", "occasion"),
        # Partial ones: a message that goes the ordinary way touches the first once and the second twice, and the third never.
        partial_index("ix_message_due", "lane", "mailing_id", "due_at", "id", where="state IN ('pending', 'deferred')"),
        partial_index("ix_message_worker", "worker", where="worker IS NOT NULL"),
        partial_index(
            "ix_message_trouble", "mailing_id", "state", "reason", where="state IN ('deferred', 'failed', 'skipped', 'uncertain')"
        ),
        Index("ix_message_person", "person_key", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    person_key: Mapped[int]
    """The subscriber's id; for staff, the user's id as a negative number."""
    occasion: Mapped[int] = mapped_column(default=0)
    """0 for campaigns, the enrolment for steps, the request for notices."""
    address: Mapped[str]
    language: Mapped[str]
    list_id: Mapped[int | None]
    """The list it is sent for: membership, List-Id and one-click mean this one. None for notices."""
    lane: Mapped[int]
    provider: Mapped[str] = mapped_column(default="")
    """The address's domain: politeness is per provider."""
    cell_id: Mapped[int | None] = mapped_column(ForeignKey("cell.id"))
    set_cell_id: Mapped[int | None] = mapped_column(ForeignKey("cell.id"))
    """The cell of many-of values (interests), apart from the others so that cells stay few."""
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Numbers the renderer needs: {"code_id": 7, "request_id": 3}; never an address or free text."""
    due_at: Mapped[datetime]
    first_due_at: Mapped[datetime | None]
    """Set when it was first put off: trying ends 72 hours after this."""
    expires_at: Mapped[datetime | None]
    """After this it says nothing true any more: a reminder of a code that has ended."""
    state: Mapped[str] = mapped_column(default="pending")
    reason: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    reply: Mapped[str | None]
    """The server's last words, cut at 200 characters."""
    bounced_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    """First open by a person."""
    clicked_at: Mapped[datetime | None]
    """First click by a person."""
    machine_opened_at: Mapped[datetime | None]
    machine_clicked_at: Mapped[datetime | None]
    orders: Mapped[int] = mapped_column(default=0)
    revenue: Mapped[int] = mapped_column(default=0)
    """Cents of the orders attributed to this message."""


def _is_one_of(states: Sequence[State]) -> ColumnElement[bool]:
    """Written into the statement as words: only then does the database see that a partial index answers."""
    return Message.state.in_([literal_column(f"'{state}'") for state in states])


IS_WAITING = _is_one_of(WAITING)
IS_TROUBLE = _is_one_of(TROUBLE)
IS_IN_HAND = Message.worker > ""
"""Claimed or going, by whichever worker; so written, the index of the few answers, where nothing else in the statement has one."""


def is_held_by(name: str) -> ColumnElement[bool]:
    """Whether the worker given under ``name`` has it, asked of rows that are known by number.

    Written so that no index answers: PostgreSQL believes hardly any row to have a worker, and would read all that the worker ever had.
    """
    return func.coalesce(Message.worker, "") == bindparam(name)


class Link(Base):
    """A link of a mailing in one language; a click token carries the message (or mailing) and this number."""

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("mailing_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    number: Mapped[int]
    url: Mapped[str]


class MailingTotal(Base):
    """Opens and clicks of people who agreed to totals only: counted for the mailing, naming nobody."""

    __tablename__ = "mailing_total"
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    opens: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    machine_opens: Mapped[int] = mapped_column(default=0)
    machine_clicks: Mapped[int] = mapped_column(default=0)
