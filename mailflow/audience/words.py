"""The audience's words: states, reasons, purposes, and the kinds of field."""

from enum import StrEnum


class SubscriptionState(StrEnum):
    """Where a person stands with one list."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    LEFT = "left"


class FieldKind(StrEnum):
    """What a field holds; forms, segments and reports read it from here."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ONE_OF = "one-of"
    MANY_OF = "many-of"
    PLACE = "place"
    """One of the options, each a province or region."""


class Consent(StrEnum):
    """What a person can agree to."""

    NEWSLETTER = "newsletter"
    TRACKING = "tracking"
    """That her own opens and clicks are kept with her name; without it only totals are counted."""


class Tracking(StrEnum):
    """How closely opens and clicks of a person may be kept."""

    AGGREGATE = "aggregate"
    INDIVIDUAL = "individual"


class SourceClass(StrEnum):
    """Where subscribers come from, for reports."""

    ORGANIC = "organic"
    PAID = "paid"
    SOCIAL = "social"
    REFERRAL = "referral"
    SHOP = "shop"


class SuppressionReason(StrEnum):
    """Why an address gets nothing at all."""

    HARD_BOUNCE = "hard-bounce"
    COMPLAINT = "complaint"
    ERASED = "erased"
    BY_HAND = "by-hand"


class SignUpReason(StrEnum):
    """What became of a sign-up; the public answer is the same for all of them."""

    CONFIRMATION_DUE = "confirmation-due"
    ALREADY_CONFIRMED = "already-confirmed"
    SUPPRESSED = "suppressed"
    ASKED_RECENTLY = "asked-recently"


class ConfirmReason(StrEnum):
    """What became of a confirmation."""

    CONFIRMED = "confirmed"
    ALREADY = "already-confirmed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    LEFT_SINCE = "left-since"


class LeaveMethod(StrEnum):
    """How somebody left."""

    ONE_CLICK = "one-click"
    PAGE = "page"
    PREFERENCES = "preferences"
    STAFF = "staff"
