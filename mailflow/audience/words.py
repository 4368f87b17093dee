"""The audience's words: states, reasons, purposes, and the kinds of field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

DEMO = "demo"
"""The source of people whom the demo shop made up; nobody else has it."""


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
    """Where somebody lives, at one level: one of the countries or regions, or the name of a city."""
    TELEPHONE = "telephone"
    """A number in E.164, and beside it what was typed."""
    MONEY = "money"
    """Whole cents of the field's currency."""


class Level(StrEnum):
    """How closely a place is said."""

    COUNTRY = "country"
    REGION = "region"
    CITY = "city"


class Consent(StrEnum):
    """What a person can agree to."""

    NEWSLETTER = "newsletter"
    TRACKING = "tracking"
    """How closely her opens and clicks are kept: agreeing means with her name; the line's choice says the level."""
    PROFILING = "profiling"
    """That what she is sent is chosen by what is known of her (GDPR article 22, CNIL 2026-042)."""
    THIRD_PARTY = "third-party"
    """That her data go to somebody else."""


class Tracking(StrEnum):
    """How closely opens and clicks of a person may be kept, from nothing to everything."""

    NONE = "none"
    """Her mails carry no picture and plain links: nothing is asked of us, nothing counted."""
    AGGREGATE = "aggregate"
    """Counted for the mailing as a whole."""
    LAST_OPEN = "last-open"
    """And the day of her last open, overwritten by the next (CNIL 2026-042: to stop writing to who no longer reads)."""
    INDIVIDUAL = "individual"
    """With her name: each open and click."""


class Method(StrEnum):
    """How an agreement, or its end, was given."""

    BOX = "box"
    """Ticked in a form: nothing counts until the address is proven."""
    CONFIRMATION = "confirmation"
    DEFAULT = "default"
    """Nobody said anything: her country's rule."""
    IMPORT = "import"
    API = "api"


class SourceClass(StrEnum):
    """Where subscribers come from, for reports."""

    ORGANIC = "organic"
    PAID = "paid"
    SOCIAL = "social"
    REFERRAL = "referral"
    SHOP = "shop"


class SuppressionReason(StrEnum):
    """Why an address gets nothing."""

    HARD_BOUNCE = "hard-bounce"
    COMPLAINT = "complaint"
    ERASED = "erased"
    BY_HAND = "by-hand"
    ROBINSON = "robinson"
    """A list of people who want no advertising (LOPDGDD article 23)."""


HERS_ALONE = frozenset({SuppressionReason.COMPLAINT, SuppressionReason.ERASED})
"""What nobody but she herself may take back, by a fresh confirmation."""


class Scope(StrEnum):
    """What somebody gets nothing of; of one list it is ``list:`` and the list's number."""

    EVERYTHING = "everything"
    """Not even a confirmation."""
    MARKETING = "marketing"
    """Campaigns and sequences."""


def of_list(list_id: int) -> str:
    """The scope of one list."""
    return f"list:{list_id}"


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


class LeaveReason(StrEnum):
    """What became of leaving or of taking it back."""

    LEFT = "left"
    ALREADY = "already-left"
    UNKNOWN = "unknown"
    BACK = "back"
    TOO_LATE = "too-late"


class ChangeReason(StrEnum):
    """What became of a change of preferences."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"


class LinkReason(StrEnum):
    """What became of asking for the preferences link; the public answer is the same for all of them."""

    LINK_DUE = "link-due"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    ASKED_RECENTLY = "asked-recently"


class AddressFault(StrEnum):
    """Why an address was not accepted."""

    MISSING = "missing"
    TOO_LONG = "too-long"
    SYNTAX = "syntax"
    LOOK_ALIKE = "look-alike"
    TYPO = "typo"
    NO_MAIL = "no-mail"
    """The domain takes no mail, says the DNS."""


class FieldFault(StrEnum):
    """Why a field's value was not accepted."""

    TOO_LONG = "too-long"
    CONTROL = "control-characters"
    LINK = "link"
    """A name that carries a web address is an advertisement."""
    NOT_A_CHOICE = "not-a-choice"
    NOT_A_NUMBER = "not-a-number"
    NOT_AN_AMOUNT = "not-an-amount"
    MISSING = "missing"
    """Required, and not said."""
    NO_SUCH_DAY = "no-such-day"
    IN_THE_FUTURE = "in-the-future"
    TOO_OLD = "too-old"
    TOO_YOUNG = "too-young"
    NOT_A_TELEPHONE = "not-a-telephone"


class Telephone(str):
    """A number in E.164, which also knows how it was ``typed``."""

    __slots__ = ("typed",)
    typed: str

    def __new__(cls, number: str, typed: str = "") -> "Telephone":
        """Of ``number`` in E.164; what was typed is the number itself where nobody knows."""
        made = super().__new__(cls, number)
        made.typed = typed or number
        return made


FieldValue: TypeAlias = str | float | bool | date | list[str]
"""What one field of one person holds; of money, whole cents."""


@dataclass(frozen=True)
class Address:
    """An address that was read: ``email`` in plain letters, or the fault, with a suggestion for a likely slip."""

    email: str = ""
    fault: AddressFault | None = None
    suggestion: str = ""


@dataclass(frozen=True)
class Parsed:
    """What a form's fields said: values by key, and a fault by key for what could not be read."""

    values: Mapping[str, FieldValue]
    errors: Mapping[str, FieldFault]


@dataclass(frozen=True)
class Origin:
    """Where a request came from; the network is shortened before it is kept."""

    network: str = ""
    agent: str = ""


@dataclass(frozen=True)
class SignUpEntry:
    """What somebody asked for in a form; ``email`` was read by ``address.read_address``, ``values`` by ``fields.parse``."""

    email: str
    language: str
    list_ids: tuple[int, ...]
    values: Mapping[str, FieldValue] = field(default_factory=dict)
    tracking: bool = False
    network: str = ""
    agent: str = ""


@dataclass(frozen=True)
class SignUpOutcome:
    """What became of a sign-up, and the confirmation request that a mail is due for."""

    reason: SignUpReason
    request_id: int | None = None


@dataclass(frozen=True)
class LinkOutcome:
    """What became of asking for one's link."""

    reason: LinkReason
    request_id: int | None = None


@dataclass(frozen=True)
class ConfirmOutcome:
    """What became of a confirmation: whose, and which lists are confirmed now."""

    reason: ConfirmReason
    subscriber_id: int | None = None
    list_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class LeaveOutcome:
    """What became of leaving: whose, and which lists were left (or come back to) now."""

    reason: LeaveReason
    subscriber_id: int | None = None
    list_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What a person wants from now on; None means: as it is."""

    list_ids: frozenset[int] | None = None
    values: Mapping[str, FieldValue | None] | None = None
    language: str | None = None
    tracking: Tracking | None = None
    wording: str = ""
    """The sentence about joining that the page showed."""
    tracking_wording: str = ""


@dataclass(frozen=True)
class ChangeOutcome:
    """What became of a change of preferences, and which lists were joined and left by it."""

    reason: ChangeReason
    joined: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


@dataclass(frozen=True)
class Current:
    """What is in force for a person now."""

    subscriber_id: int
    email: str
    language: str | None
    tracking: Tracking
    list_ids: frozenset[int]
    values: Mapping[str, FieldValue]


@dataclass(frozen=True)
class ReportingValues:
    """The values by which reports tell people apart: one word per key, or several."""

    single: dict[str, str]
    many: dict[str, list[str]]
