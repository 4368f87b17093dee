"""Kinds of offer and what can become of a code."""

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
