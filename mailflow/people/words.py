"""Words of records that become one, and of addresses that change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mailflow.audience.words import AddressFault, SubscriptionState


class MergeReason(StrEnum):
    """What became of a merge."""

    MERGED = "merged"
    UNKNOWN = "unknown"
    """One of the two does not exist (any more)."""
    SAME = "same"
    """Both are one record already."""


class AddressReason(StrEnum):
    """What became of a change of address."""

    CHANGED = "changed"
    SAME = "same"
    UNREADABLE = "unreadable"
    TAKEN = "taken"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Standing:
    """Where both records stand with one list, and where the one will."""

    list_id: int
    kept: SubscriptionState | None
    gone: SubscriptionState | None
    becomes: SubscriptionState


@dataclass(frozen=True)
class Conflict:
    """One field of which the two records hold different values."""

    key: str
    kept: Any
    gone: Any


@dataclass(frozen=True)
class MergePlan:
    """What merging would do: with each list, with values, with what is counted, and with mails on their way."""

    standings: tuple[Standing, ...]
    conflicts: tuple[Conflict, ...]
    gained: Mapping[str, Any]
    """Values that only the other record holds."""
    counts: Mapping[str, int]
    """Lines that come over, by table."""
    withdrawn: int
    """Mails that wait, or could be sent again, and will not go, since the other record gets or got the same."""
    suppressions: tuple[str, ...]
    """Reasons for which the address that stays gets nothing from then on, taken over from the other."""


@dataclass(frozen=True)
class MergeOutcome:
    """What became of a merge, and the number of the record that stayed."""

    reason: MergeReason
    subscriber_id: int | None = None


@dataclass(frozen=True)
class AddressOutcome:
    """What became of a change of address; ``taken_by`` is who has it already."""

    reason: AddressReason
    fault: AddressFault | None = None
    suggestion: str = ""
    taken_by: int | None = field(default=None)
