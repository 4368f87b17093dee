"""Words of what came back: kinds of hit, signals of a machine, and what became of an order."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class HitKind(StrEnum):
    """What was done with a mail."""

    OPEN = "open"
    CLICK = "click"


class Signal(StrEnum):
    """Why a hit was taken for a machine's."""

    SCANNER = "scanner"
    """The user agent names a mail filter, a robot or a program."""
    NO_AGENT = "no-agent"
    APPLE_PREFETCH = "apple-prefetch"
    """Apple Mail loads every picture when the mail arrives, read or not."""
    GMAIL_PREFETCH = "gmail-prefetch"
    TOO_SOON = "too-soon"
    """Before the mail was handed over, or within two seconds of it."""
    BURST = "burst"
    """Nearly every link of the mail within a few seconds."""


@dataclass(frozen=True)
class Arrival:
    """A pixel or a link that was asked for, as its token and the request tell it."""

    kind: HitKind
    row_id: int
    personal: bool
    """Whether ``row_id`` is a message's; else it is a mailing's, for a reader whose hits are only counted."""
    link: int | None
    at: datetime
    agent: str


class OrderReason(StrEnum):
    """What became of an order that the shop told us of."""

    RECORDED = "recorded"
    ALREADY_RECORDED = "already-recorded"
    DIFFERENT = "different"
    """The reference is known, with another amount, currency or time: nothing was changed."""
    NO_REFERENCE = "no-reference"
    FUTURE = "future"
    TOO_OLD = "too-old"
    NEGATIVE = "negative"
    WRONG_CURRENCY = "wrong-currency"


REFUSED_ORDER: dict[OrderReason, dict[str, str]] = {
    OrderReason.DIFFERENT: {
        "es": "Ese pedido ya consta con otros datos; no se ha cambiado nada.",
        "en": "That order is already known with other facts; nothing was changed.",
    },
    OrderReason.NO_REFERENCE: {"es": "Falta la referencia del pedido.", "en": "The order's reference is missing."},
    OrderReason.FUTURE: {"es": "La fecha del pedido está en el futuro.", "en": "The order's date is in the future."},
    OrderReason.TOO_OLD: {"es": "La fecha del pedido es anterior al año 2000.", "en": "The order's date is before the year 2000."},
    OrderReason.NEGATIVE: {"es": "El importe no puede ser negativo.", "en": "The amount cannot be negative."},
    OrderReason.WRONG_CURRENCY: {
        "es": "La moneda no es la de esta tienda.",
        "en": "The currency is not this shop's.",
    },
}
"""What the shop is told when an order is refused."""


@dataclass(frozen=True)
class OrderLine:
    """One product of an order; ``amount`` is the line's total in cents."""

    product: str
    quantity: int
    amount: int
    category: str = ""


@dataclass(frozen=True)
class OrderEvent:
    """An order as the shop tells it; ``amount`` in cents, ``at`` an aware instant."""

    reference: str
    email: str
    at: datetime
    amount: int
    currency: str
    code: str | None = None
    lines: tuple[OrderLine, ...] = field(default=())


@dataclass(frozen=True)
class OrderOutcome:
    """What became of an order, whose message earned it, and what became of its code."""

    reason: OrderReason
    order_id: int | None = None
    attributed_message_id: int | None = None
    code_reason: str | None = None
