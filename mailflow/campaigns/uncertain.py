"""What a person decides about a campaign's messages that ended badly."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState
from mailflow.outbox import doubt
from mailflow.outbox.doubt import Decision


@dataclass(frozen=True)
class Decided:
    """``reason`` is "done", "cancelled" (nothing goes out of a cancelled campaign) or "changed"; ``count`` messages were
    moved, and ``left`` are to be moved still: another transaction each time, so that others have their turn."""

    reason: str
    count: int = 0
    left: int = 0


def concerned(session: Session, campaign: Campaign, decision: Decision) -> int:
    """How many messages a decision would move now."""
    return doubt.concerned(session, _mailings(campaign), decision)


def decide(session: Session, campaign: Campaign, decision: Decision, *, expected: int, going_on: bool = False, now: datetime) -> Decided:
    """Move the first slice of exactly ``expected`` messages, or none: "changed" when their number is another by now, as
    after a double click. Call again with ``left``, ``going_on``, until that is 0.

    A campaign that was finished goes on until these are settled too.
    """
    if decision != Decision.AS_SENT and campaign.state == CampaignState.CANCELLED:
        return Decided("cancelled")
    if not going_on and concerned(session, campaign, decision) != expected:
        return Decided("changed")
    moved = doubt.move_some(session, _mailings(campaign), decision, now=now)
    if not moved:
        return Decided("changed")
    if decision != Decision.AS_SENT:
        move(session, campaign, (CampaignState.SENT,), CampaignState.SENDING, finished_at=None)
    return Decided("done", moved, max(expected - moved, 0))


def _mailings(campaign: Campaign) -> list[int]:
    return [campaign.mailing_id] if campaign.mailing_id else []
