"""Kinds of offer, what can become of a code, and an offer's terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class OfferKind(StrEnum):
    """What an offer takes off the price."""

    PERCENT = "percent"
    AMOUNT = "amount"


class RedeemReason(StrEnum):
    """What became of a code that an order carried."""

    REDEEMED = "redeemed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    ALREADY_USED = "already-used"
    BELOW_MINIMUM = "below-minimum"
    ANOTHER_PERSON = "another-person"
    """The order is of somebody we know, and the code was given to somebody else."""


class TermsFault(StrEnum):
    """Why an offer's terms cannot be kept."""

    VALUE = "value"
    MINIMUM = "minimum"
    DAYS = "days"
    CONDITIONS_ES = "conditions_es"
    CONDITIONS_EN = "conditions_en"


@dataclass(frozen=True)
class Terms:
    """What an offer promises: percent or cents off, least order in cents, days a code lives, conditions by language."""

    value: int
    minimum: int
    days: int
    conditions: Mapping[str, str]


@dataclass(frozen=True)
class Use:
    """An order that carries a code: who ordered (None when nobody we know), its reference, cents, and the promised minimum."""

    subscriber_id: int | None
    reference: str
    amount: int
    minimum: int


@dataclass(frozen=True)
class Given:
    """What the decision about a code needs to know of it."""

    subscriber_id: int
    expired: bool
    used: bool
    order_reference: str | None


@dataclass(frozen=True)
class Results:
    """What an offer's codes brought: issued, redeemed, and cents of the orders that carried them."""

    issued: int = 0
    redeemed: int = 0
    revenue: int = 0
