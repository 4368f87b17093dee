"""How sending goes: who is at it, how fast, and what servers said no to. For people who look; nothing is decided by it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from mailflow.delivery.rules import Slowing
from mailflow.foundation.database import Base


class Worker(Base):
    """A sender process, as it last told of itself."""

    __tablename__ = "worker"
    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    in_hand: Mapped[int]
    """Messages claimed, going or answered and not recorded yet."""
    held: Mapped[str] = mapped_column(default="")
    """Why it begins nothing, as a word: disk, away; empty when all is well."""
    routes: Mapped[list[Any]]
    """[{"route": "mail", "server": "smtp.example.com:587", "open": 3, "busy": 2, "away": false, "again_in": 0, "failure": "…"}], and
    "away_since" as ISO 8601 where it is away."""


class Conversation(Base):
    """A conversation with a server that did not end in "sent"; the address is left out of its words. The last ones are kept."""

    __tablename__ = "conversation"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    mailing_id: Mapped[int]
    message_id: Mapped[int]
    provider: Mapped[str]
    verdict: Mapped[str]
    reason: Mapped[str]
    code: Mapped[int | None]
    words: Mapped[str]


class SentMinute(Base):
    """How many messages of a mailing were taken by the next server within one minute."""

    __tablename__ = "sent_minute"
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class ProviderFlow(Base):
    """How many messages to one recipient domain were taken, and how many refused for good, within ten minutes."""

    __tablename__ = "provider_flow"
    at: Mapped[datetime] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    sent: Mapped[int]
    failed: Mapped[int]


class Bucket(Base):
    """How one provider answers mail of one sending domain, where it lately answered with anything but yes, or a limit was set."""

    __tablename__ = "bucket"
    sender: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    """As `delivery.families` names it."""
    throttled: Mapped[float] = mapped_column(default=0.0)
    refused: Mapped[float] = mapped_column(default=0.0)
    """Answers that count still, as `delivery.rules.struck` counts them."""
    taken: Mapped[int] = mapped_column(default=0)
    """Messages it had taken by the record of ten minutes when it last answered so."""
    struck_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it is slowed or stopped: throttle, policy; empty when it is neither."""
    words: Mapped[str | None]
    """What its server said then; the address is left out."""
    usual: Mapped[float] = mapped_column(default=0.0)
    """Messages a minute before."""
    slow: Mapped[float] = mapped_column(default=0.0)
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    """Nothing goes before this moment."""
    tokens: Mapped[float] = mapped_column(default=0.0)
    filled_at: Mapped[datetime | None]
    """So many messages might go at once at that moment."""
    slots_until: Mapped[datetime | None]
    """Up to here those who wait were given a moment of their own."""


def slowing_of(bucket: Bucket) -> Slowing | None:
    """What a provider's answers brought about, if anything."""
    return Slowing(bucket.usual, bucket.slow, bucket.since, bucket.until) if bucket.since else None


class ProviderLimit(Base):
    """How fast the people who run the installation want one provider to be written to at most, as each sending domain."""

    __tablename__ = "provider_limit"
    provider: Mapped[str] = mapped_column(primary_key=True)
    per_minute: Mapped[int | None]
    connections: Mapped[int | None]
    """Most messages in hand at once, of all senders together."""
