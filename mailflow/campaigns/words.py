"""States of a campaign and what can become of an order given to it."""

from enum import StrEnum


class CampaignState(StrEnum):
    """draft -> scheduled -> sending -> sent, with pause and cancel; "sent" is a query over rows, stored when seen."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"
    HELD = "held"
    """Due more than an hour ago while nothing ran: a person decides."""


class Decision(StrEnum):
    """What a person may decide about messages that ended badly."""

    AS_SENT = "as-sent"
    """Those in doubt arrived."""
    AGAIN = "again"
    """Those in doubt go once more; whoever had it gets it twice."""
    RETRY = "retry"
    """Those that failed, for a reason that may have passed, go once more."""
