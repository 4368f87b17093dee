"""The audience's tables. Personal data: every column marked so, and only those."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from mailflow.foundation.database import Base
from mailflow.foundation.partial import partial_index


class Installation(Base):
    """The company's own settings; one row, id 1."""

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(default="es")
    zone: Mapped[str] = mapped_column(default="Europe/Madrid")
    currency: Mapped[str] = mapped_column(default="EUR")
    attribution_days: Mapped[int] = mapped_column(default=7)
    """An order counts for the last click this many days before it."""


class Brand(Base):
    """How a shop looks and signs: name, From, postal address, web shop, accent."""

    __tablename__ = "brand"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    from_name: Mapped[str]
    from_address: Mapped[str]
    reply_to: Mapped[str] = mapped_column(default="")
    postal_address: Mapped[str]
    shop_url: Mapped[str]
    accent: Mapped[str] = mapped_column(default="#47551f")


class List(Base):
    """What a person can join: a newsletter or topic."""

    __tablename__ = "list"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"))
    name: Mapped[dict[str, str]]
    description: Mapped[dict[str, str]]
    language: Mapped[str] = mapped_column(default="es")
    public: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Field(Base):
    """One typed field of the registry that forms, preferences, segments, merge tags and reports share."""

    __tablename__ = "field"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    label: Mapped[dict[str, str]]
    options: Mapped[list[Any]] = mapped_column(default=list)
    """For one-of, many-of and place: {"key": "f", "label": {"es": "Mujer", "en": "Woman"}}; "off": no more offered, kept by who has it."""
    help: Mapped[dict[str, str]] = mapped_column(default=dict)
    """A sentence under the question, where it needs one."""
    public: Mapped[bool] = mapped_column(default=True)
    """An internal field is never written by a public form."""
    required: Mapped[bool] = mapped_column(default=False)
    """Forms that ask for it are not taken without it."""
    level: Mapped[str] = mapped_column(default="")
    """Of places: country, region or city."""
    currency: Mapped[str] = mapped_column(default="")
    """Of amounts: ISO 4217; one for all of a field's values, so that they compare."""
    report: Mapped[bool] = mapped_column(default=False)
    """Its values become part of a message's cell, so that reports can tell people apart by it."""
    position: Mapped[int] = mapped_column(default=0)
    zone: Mapped[str | None] = column_property(select(Installation.zone).where(Installation.id == 1).scalar_subquery())
    """The installation's, read with every field: a telephone without a prefix is of its country."""
    archived_at: Mapped[datetime | None]
    """Since then nobody is asked for it; its values stay, and what names it goes on."""


class Form(Base):
    """A public sign-up form."""

    __tablename__ = "form"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, str]]
    intro: Mapped[dict[str, str]]
    list_slugs: Mapped[list[str]]
    field_keys: Mapped[list[str]]
    consent_wording: Mapped[dict[str, str]]
    tracking_wording: Mapped[dict[str, str]]
    source_class: Mapped[str] = mapped_column(default="organic")
    open: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Subscriber(Base):
    """One person, known by her address; personal data: email, email_key."""

    __tablename__ = "subscriber"
    __table_args__ = ({"sqlite_autoincrement": True},)
    """A number is never given twice: mails already out carry it."""
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    """As she wrote it, with the domain in lower case."""
    email_key: Mapped[str] = mapped_column(unique=True)
    """The address in lower case: two spellings of one address are one person."""
    language: Mapped[str | None]
    zone: Mapped[str | None]
    tracking: Mapped[str] = mapped_column(default="aggregate")
    source: Mapped[str]
    """form:newsletter, api, import:3, demo."""
    source_class: Mapped[str] = mapped_column(default="organic", index=True)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_open_on: Mapped[date | None]
    """The day of her last open, of who lets only that be kept; overwritten by the next."""
    silent_since: Mapped[datetime | None]
    """Set when a reactivation was not answered; cleared by a click or an order."""
    owner_id: Mapped[int | None]
    """The user of ours who looks after her; a plain number, since she outlives the account."""


class ProfileValue(Base):
    """One value of one field of one person; many-of fields have one row per choice. Personal data: all values."""

    __tablename__ = "profile_value"
    __table_args__ = (
        Index("ix_profile_value_field_text", "field_id", "text", "subscriber_id"),
        partial_index("ix_profile_value_field_number", "field_id", "number", "subscriber_id", where="number IS NOT NULL"),
        partial_index("ix_profile_value_field_day", "field_id", "day", "subscriber_id", where="day IS NOT NULL"),
        partial_index("ix_profile_value_field_cents", "field_id", "cents", "subscriber_id", where="cents IS NOT NULL"),
    )
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("field.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, default=0)
    text: Mapped[str | None]
    number: Mapped[float | None]
    day: Mapped[date | None]
    cents: Mapped[int | None]


class Subscription(Base):
    """One person in one list; its id is what the leave link carries."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "list_id"),
        Index("ix_subscription_list_state", "list_id", "state", "subscriber_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    list_id: Mapped[int] = mapped_column(ForeignKey("list.id"))
    state: Mapped[str]
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class ConfirmationRequest(Base):
    """A mail with a link that was asked for: to confirm lists, or to reach one's preferences."""

    __tablename__ = "confirmation_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    list_ids: Mapped[list[Any]]
    language: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    held: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the form said beyond the lists (values, tracking, wordings): kept here until the address is proven. Personal data."""


class ConsentLine(Base):
    """Append-only: what was agreed to or withdrawn, in which words, from where. Personal data: network, agent."""

    __tablename__ = "consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    purpose: Mapped[str]
    list_id: Mapped[int | None]
    granted: Mapped[bool]
    choice: Mapped[str] = mapped_column(default="")
    """Of tracking, the level chosen; else empty."""
    wording: Mapped[str]
    wording_digest: Mapped[str]
    language: Mapped[str]
    source: Mapped[str]
    method: Mapped[str]
    """box (ticked in a form), confirmation (button behind the mailed link), one-click, page, preferences, staff, import."""
    network: Mapped[str] = mapped_column(default="")
    """The address it came from, shortened: /24 or /48."""
    agent: Mapped[str] = mapped_column(default="")
    proof: Mapped[str] = mapped_column(default="")
    """What shows it: the confirmation request's id, say."""


class Wording(Base):
    """The words that a form or page showed for a purpose in a language; each change of them is the next version."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("place", "purpose", "language", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    """form:newsletter, preferences, page, import:3: a consent line's source, nobody's own."""
    purpose: Mapped[str]
    language: Mapped[str]
    digest: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    since: Mapped[datetime]


class TrackingDefault(Base):
    """How closely opens and clicks are kept of who comes from a country and has said nothing about it; "" stands for all others."""

    __tablename__ = "tracking_default"
    country: Mapped[str] = mapped_column(primary_key=True)
    """ISO 3166-1, two letters."""
    level: Mapped[str]
    ground: Mapped[str]
    """The law or guideline that asks for it."""


class Suppression(Base):
    """Who gets nothing, or no marketing, or nothing of one list; kept by a mark that outlives erasure."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("address_hash", "scope"), Index("ix_suppression_form", "form"))
    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str]
    """The mark: an address's keyed hash; "@domain"; "sha256:" or "md5:" and the digest of the address in lower case, as lists have it."""
    form: Mapped[str] = mapped_column(default="address")
    """address, domain, sha256 or md5."""
    scope: Mapped[str] = mapped_column(default="everything")
    """everything, marketing, or list:3."""
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(default="")
    """user:2, command, import; empty for the product itself."""
    note: Mapped[str] = mapped_column(default="")
    asked_until: Mapped[datetime | None]
    """Until then she may be asked by mail whether she wants to come back; whoever complained or was erased comes back no other way."""


class SuppressionLine(Base):
    """Append-only: who put an address on, or took it off, when and why."""

    __tablename__ = "suppression_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    address_hash: Mapped[str] = mapped_column(index=True)
    scope: Mapped[str]
    event: Mapped[str]
    """added, asked, lifted."""
    reason: Mapped[str]
    by: Mapped[str]
    note: Mapped[str]


class Export(Base):
    """Somebody took people's data out: who, what, when (GDPR article 5.2)."""

    __tablename__ = "export"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    form: Mapped[str]
    """csv, xlsx, jsonl; proof and person for what was taken out of one person."""
    what: Mapped[str]
    """everybody, list:3, segment:2, person:17."""
    columns: Mapped[list[Any]]
    rows: Mapped[int | None]
    """None until it has ended: a reader may hang up."""


class PublicTry(Base):
    """A sign-up or link request, counted to slow abuse down; ``network`` and ``address`` are keyed hashes."""

    __tablename__ = "public_try"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    network: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
