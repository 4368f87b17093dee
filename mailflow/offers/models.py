"""Tables of offers and codes."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import mailflow.audience.models  # noqa: F401  # ours refer to its tables
from mailflow.foundation.database import Base


class Offer(Base):
    """What is offered and under which conditions; new terms make a new form ("first-purchase/2") once somebody holds a code."""

    __tablename__ = "offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[dict[str, str]]
    kind: Mapped[str]
    value: Mapped[int]
    """Percent, or cents."""
    minimum: Mapped[int] = mapped_column(default=0)
    """Least order in cents."""
    days: Mapped[int]
    """How long a code lives after it was issued; it ends with the last of these days."""
    conditions: Mapped[dict[str, str]]
    created_at: Mapped[datetime]


class Code(Base):
    """A code that belongs to one person; never given twice. Personal data: text (it may begin with her first name)."""

    __tablename__ = "code"
    __table_args__ = (UniqueConstraint("offer_id", "subscriber_id", "former_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    former_key: Mapped[int] = mapped_column(default=0)
    """0; of a second code of one offer, the number of the record that was merged into hers."""
    text: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    order_reference: Mapped[str | None]
