"""Changing a campaign's state: a conditional UPDATE, so that of two who try one wins."""

from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState


def move(session: Session, campaign: Campaign, old: tuple[CampaignState, ...], new: CampaignState, **facts: Any) -> bool:
    """From one of the ``old`` states to ``new``, with ``facts`` for other columns; False when it was in none of them."""
    statement = update(Campaign).where(Campaign.id == campaign.id, Campaign.state.in_(old)).values(state=new, **facts)
    result = session.execute(statement.execution_options(synchronize_session=False))
    moved = isinstance(result, CursorResult) and result.rowcount == 1
    session.refresh(campaign)
    return moved
