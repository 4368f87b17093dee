"""What the shop may send: strict types, nothing left over."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from mailflow.tracking.words import OrderEvent, OrderLine

MOST_EVENTS = 1000
_LARGEST = 2**53
"""The largest whole number that every JSON reader keeps exactly."""

Cents = Annotated[int, Field(ge=-_LARGEST, le=_LARGEST, description="Whole cents.")]
_UNSEEN = r"\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
"""Control signs, and those that turn the direction of reading or take no room."""
Line = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]+$")]
"""A text of one line, without signs that cannot be seen."""


class Strict(BaseModel):
    """Nothing is turned into another type, and nothing is left over."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Language = Literal["es", "en"]
_Seen = Annotated[str, Field(max_length=300, pattern=rf"^[^{_UNSEEN}]*$")]


class BothWords(Strict):
    """A text in both languages: each reader sees her own."""

    es: Annotated[_Seen, Field(min_length=1, max_length=80)]
    en: Annotated[_Seen, Field(min_length=1, max_length=80)]


class OptionalWords(Strict):
    """A text that may be empty."""

    es: _Seen = ""
    en: _Seen = ""


class Product(Strict):
    """One product of an order."""

    product: Annotated[Line, Field(max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    amount: Cents
    category: Annotated[Line, Field(max_length=200, description="For segments of those who bought from it.")] | None = None


class NewOrder(Strict):
    """An order as the shop tells it; the reference is the shop's own and makes telling it twice harmless."""

    reference: Annotated[str, Field(min_length=1, max_length=100, pattern=rf"^[^{_UNSEEN}]+$")]
    email: Annotated[str, Field(max_length=254, pattern=rf"^[^@\s{_UNSEEN}]+@[^@\s{_UNSEEN}]+$")]
    at: Annotated[AwareDatetime, Field(description="When it was ordered, with its offset (RFC 3339).")]
    amount: Cents
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
    code: Annotated[Line, Field(max_length=64)] | None = None
    lines: Annotated[tuple[Product, ...], Field(max_length=200, strict=False)] = ()

    def event(self) -> OrderEvent:
        """The order in the words of tracking."""
        lines = tuple(OrderLine(line.product, line.quantity, line.amount, line.category or "") for line in self.lines)
        return OrderEvent(self.reference, self.email, self.at, self.amount, self.currency, self.code, lines)


class Event(Strict):
    """Something that happened in the shop."""

    type: Literal["order"]
    order: NewOrder


class Decide(Strict):
    """A decision about a campaign's messages."""

    expected: Annotated[int, Field(ge=0, le=_LARGEST, description="Only if there are exactly so many; otherwise 409.")] | None = None


class DecideExactly(Strict):
    """A decision that writes to people again: said twice by mistake, it must not move whoever came to be in doubt meanwhile."""

    expected: Annotated[int, Field(ge=0, le=_LARGEST, description="Only if there are exactly so many; otherwise 409.")]


class ChooseHour(Strict):
    """Another hour for a campaign that waits."""

    wall_time: Annotated[
        str,
        Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$", description="What the clocks of the place show, such as 2026-11-27T10:00."),
    ]
    zone: Annotated[Line, Field(max_length=64, description="Whose clocks: an IANA zone, such as Europe/Madrid.")]


class Result(Strict):
    """What became of one event."""

    reference: str
    result: str
    """recorded, already-recorded, or the reason it was refused."""
    order_id: str | None
    attributed: bool
    """Whether a message earned it."""
    code: str | None
    """What became of the code it carried."""
    detail: str | None = None
    """Why it was refused, in the reader's language."""


ONE = TypeAdapter(Event)
MANY: TypeAdapter[list[Event]] = TypeAdapter(Annotated[list[Event], Field(min_length=1, max_length=MOST_EVENTS)])
