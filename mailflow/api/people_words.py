"""What may be said of subscribers, and what is told of them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mailflow.api.schemas import Language, Line, Strict
from mailflow.audience.adding import AddReason, Joined
from mailflow.audience.words import SubscriptionState

MOST_AT_ONCE = 1000
Email = Annotated[str, Field(min_length=3, max_length=254)]


class Consent(Strict):
    """On what grounds somebody may be written to; kept with every list that is joined."""

    basis: Literal["consent", "customer"]
    wording: Annotated[str, Field(min_length=1, max_length=600, description="The words she agreed to, or was told.")]
    source: Annotated[Line, Field(max_length=60, description="Where: the checkout, a fair.")]


class SubscriberSaid(Strict):
    """Somebody by her address: added, or changed where she is known. Lists are only joined, never left."""

    email: Email
    language: Language | None = None
    zone: Annotated[Line, Field(max_length=64, description="An IANA zone.")] | None = None
    values: Annotated[dict[str, Any], Field(max_length=100, description="By the field's key; null takes a value away.")] = Field(
        default_factory=dict
    )
    lists: Annotated[list[Annotated[Line, Field(max_length=40)]], Field(max_length=100)] = Field(default_factory=list)
    consent: Consent | None = None
    """Needed for somebody new, and to join lists."""
    double_opt_in: bool = True
    """False only if she has shown already that the address is hers."""


class Place(BaseModel):
    """Where somebody stands with one list."""

    list: str
    state: SubscriptionState
    asked_at: datetime
    confirmed_at: datetime | None
    left_at: datetime | None


class SubscriberTold(BaseModel):
    """What is known of somebody."""

    model_config = ConfigDict(frozen=True)
    id: str
    email: str
    language: str | None
    zone: str | None
    source: str
    created_at: datetime
    confirmed_at: datetime | None
    values: dict[str, Any]
    lists: list[Place]
    suppressed: bool
    """Whether the address gets nothing at all."""


class SubscriberKept(BaseModel):
    """What became of somebody that was said."""

    result: AddReason
    joined: dict[str, Joined]
    subscriber: SubscriberTold


class BatchItem(BaseModel):
    """What became of one of a batch: its status, and what is wrong where it could not be."""

    status: int
    result: str
    id: str | None = None
    joined: dict[str, Joined] = Field(default_factory=dict)
    errors: list[dict[str, str]] = Field(default_factory=list)


class BatchSaid(Strict):
    """Up to a thousand; one that cannot be keeps none of the others from being."""

    subscribers: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_AT_ONCE)]


class BatchKept(BaseModel):
    """One result for each, in the same order."""

    results: list[BatchItem]


class Wanted(Strict):
    """What to look for: the beginning of an address or name, a telephone."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class Matched(BaseModel):
    """People who fit, best first."""

    data: list[SubscriberTold]
    more: bool


class Ended(BaseModel):
    """She left every list, and her address gets nothing any more."""

    id: str
    left: list[str]
    suppressed: bool
    erased: bool = False
    """Whether all that named her is gone, and the id with it."""
