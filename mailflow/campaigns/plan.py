"""The hour wished for while a campaign is still a draft: kept, shown, and only binding once it is scheduled."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState


def plan(session: Session, campaign: Campaign, *, wall: datetime | None, zone: str) -> bool:
    """Keep a naive wall time and its zone with a draft (None: as soon as it is confirmed); False once it is no draft."""
    if campaign.state != CampaignState.DRAFT:
        return False
    campaign.wall_time = wall.isoformat(timespec="minutes") if wall else None
    campaign.zone = zone
    session.flush()
    return True


def planned(campaign: Campaign) -> datetime | None:
    """The naive wall time kept with a campaign, or None for "now"."""
    return datetime.fromisoformat(campaign.wall_time) if campaign.wall_time else None
