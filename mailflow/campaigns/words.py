"""States of a campaign."""

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


class Brake(StrEnum):
    """Why a campaign was paused by itself: going on would harm the good name of the domain it is sent from."""

    COMPLAINTS = "complaints"
    HARD_BOUNCES = "hard-bounces"
    POLICY_BLOCKS = "policy-blocks"
