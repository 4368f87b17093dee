"""States of a message and the reasons for them; each reason is stored, counted and shown."""

from enum import IntEnum, StrEnum
from typing import Any, NamedTuple


class MailingKind(StrEnum):
    """What a mailing is for."""

    CAMPAIGN = "campaign"
    STEP = "step"
    NOTICE = "notice"
    TEST = "test"
    """A newsletter sent to its author to look at."""


class MailingState(StrEnum):
    """Whether messages of a mailing may go."""

    OPEN = "open"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Lane(IntEnum):
    """Who goes first when several mailings are due."""

    NOTICE = 0
    SEQUENCE = 1
    CAMPAIGN = 2


class Policy(StrEnum):
    """What happens with a message of which nobody knows whether it arrived."""

    HOLD = "hold"
    RESEND = "resend"


class State(StrEnum):
    """Where a message is. pending and deferred wait; claimed and sending are in a worker's hands; the rest are final
    but for uncertain, which a person may decide."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNCERTAIN = "uncertain"


WAITING = (State.PENDING, State.DEFERRED)
IN_HAND = (State.CLAIMED, State.SENDING)
OPEN_STATES = (*WAITING, *IN_HAND)
TROUBLE = (State.DEFERRED, State.FAILED, State.SKIPPED, State.UNCERTAIN)
"""States that a person asks after: put off, refused, passed over, in doubt."""


class Reason(StrEnum):
    """Why a message was skipped, or failed, or waits. Words of the gate first, then of delivery."""

    LEFT = "left"
    UNCONFIRMED = "unconfirmed"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    SILENT = "silent"
    """Did not answer the reactivation; newsletters leave such people in peace."""
    MERGED = "merged"
    """The same mail goes, or went, to another record that is hers as well."""
    PAUSED = "paused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    RENDERING = "rendering"
    HARD_ADDRESS = "hard-address"
    MAILBOX = "mailbox-temporary"
    THROTTLE = "throttle"
    POLICY = "policy"
    CONTENT = "content"
    SENDER = "sender-fault"
    NETWORK = "network"
    OWN_FAULT = "own-fault"
    """What its mail says could not be read or made ready, for a fault of ours; the log tells which."""
    PACED = "paced"
    """Its provider is written to slowly, or not at all, for now."""
    UNKNOWN = "unknown"
    TOO_MANY_TRIES = "too-many-tries"
    INTERRUPTED = "interrupted"
    """The sender stopped between the final dot and the reply."""
    RESTORED = "restored"
    """The database came back from a backup or a copy; it may have gone since that was made."""


class Claimed(NamedTuple):
    """A message in a worker's hands: what making and sending it needs, no more."""

    id: int
    mailing_id: int
    person_key: int
    address: str
    language: str
    list_id: int | None
    provider: str
    context: dict[str, Any]
    epoch: int
    lane: int
