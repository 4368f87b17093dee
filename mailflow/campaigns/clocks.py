"""Finding the instants of scheduled campaigns again where the rules of their places' clocks were changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.plan import planned
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState
from mailflow.foundation.clock import resolve_wall_time


def found_by_older_data(session: Session, zone_data: str) -> list[Campaign]:
    """Scheduled campaigns whose hour is a wall time and was found by other zone data than these, but not by newer ones.

    Among several computers one may have newer data than the one that asks.
    """
    other = (Campaign.state == CampaignState.SCHEDULED, Campaign.zone_data != zone_data)
    return [campaign for campaign in session.scalars(select(Campaign).where(*other)) if (campaign.zone_data or "") < zone_data]


def find_again(session: Session, campaign: Campaign, zone_data: str) -> bool:
    """Let it leave when its wall time comes by the data in force, of this version; whether that is another instant than before.

    One that has begun meanwhile, or was taken back, stays as it is.
    """
    wall, before = planned(campaign), campaign.due_at
    if wall is None or before is None:
        return False
    due_at = resolve_wall_time(wall, campaign.zone or "UTC")
    moved = due_at != before.replace(second=0, microsecond=0)
    facts = {"due_at": due_at, "moved_from": before} if moved else {}
    return move(session, campaign, (CampaignState.SCHEDULED,), CampaignState.SCHEDULED, zone_data=zone_data, **facts) and moved
