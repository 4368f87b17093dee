"""Writing a campaign: what is chosen can be changed until it is scheduled."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState


def create(
    session: Session,
    *,
    name: str,
    now: datetime,
    list_id: int | None = None,
    segment_id: int | None = None,
    newsletter_id: int | None = None,
) -> Campaign:
    """A new draft."""
    campaign = Campaign(
        name=name, list_id=list_id, segment_id=segment_id, newsletter_id=newsletter_id, state=CampaignState.DRAFT, created_at=now
    )
    session.add(campaign)
    session.flush()
    return campaign


def change(
    session: Session, campaign: Campaign, *, name: str, list_id: int | None, segment_id: int | None, newsletter_id: int | None
) -> bool:
    """Change a draft; False, and nothing changed, once it is no draft any more."""
    state = session.scalar(select(Campaign.state).where(Campaign.id == campaign.id))
    if state != CampaignState.DRAFT:
        return False
    campaign.name, campaign.list_id, campaign.segment_id, campaign.newsletter_id = name, list_id, segment_id, newsletter_id
    session.flush()
    return True


def discard(session: Session, campaign: Campaign) -> bool:
    """Throw a draft away; what was ever scheduled stays on record."""
    if campaign.state != CampaignState.DRAFT or campaign.mailing_id is not None:
        return False
    session.delete(campaign)
    session.flush()
    return True
