"""Tables of saved segments, of people put in by hand, and of what people did, summed up so that segments count fast."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.outbox.models  # noqa: F401  # ours refer to the tables of the audience; and it says "WHERE" of an index to PostgreSQL
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


class SegmentMember(Base):
    """One person of a segment whose people were chosen one by one."""

    __tablename__ = "segment_member"
    __table_args__ = (Index("ix_segment_member_person", "subscriber_id"),)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True)
    added_at: Mapped[datetime]


_CUSTOMERS = "last_ordered IS NOT NULL"
_of_customers = Index(
    "ix_engagement_customers",
    *("last_ordered", "orders", "spent", "last_clicked", "last_opened", "opened_mask", "clicked_mask", "subscriber_id"),
    sqlite_where=text(_CUSTOMERS),
    info={"where": _CUSTOMERS},
)
"""All that is asked of customers, so that their rows need not be read."""


class Engagement(Base):
    """The ledger's lines of one person, summed up: always what a recount gives. Machines' opens and clicks are no part of it.

    Numbers of mails are numbers of different mailings. Bit 0 of a mask is the campaign sent to her last, bit 1 the one before it.
    Last times are whole seconds since 1970 (UTC): a quarter of an instant's size, and a million of them are read at once.
    """

    __tablename__ = "engagement"
    __table_args__ = (_of_customers,)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    sent: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    clicked: Mapped[int] = mapped_column(default=0)
    orders: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)
    """Cents."""
    campaigns: Mapped[int] = mapped_column(default=0)
    """Different campaigns that were sent to her."""
    opened_mask: Mapped[int] = mapped_column(default=0)
    clicked_mask: Mapped[int] = mapped_column(default=0)
    last_sent: Mapped[int | None]
    last_opened: Mapped[int | None]
    last_clicked: Mapped[int | None]
    last_ordered: Mapped[int | None]


class Purchase(Base):
    """One line of an order, for the segments of those who bought a product or a category."""

    __tablename__ = "purchase"
    __table_args__ = (
        Index("ix_purchase_product", "product", "subscriber_id"),
        Index("ix_purchase_category", "category", "subscriber_id"),
        Index("ix_purchase_person", "subscriber_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    order_id: Mapped[int]
    """A plain integer, since orders stand above."""
    at: Mapped[datetime]
    product: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int]
    amount: Mapped[int]
    """Cents of the line."""
