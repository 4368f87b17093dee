"""What becomes of campaigns when their database came back from a copy: none goes on by itself."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.campaigns.control import pause
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.models import Mailing
from mailflow.outbox.queries import is_finished

RESTORED = "restored"
"""Why such a campaign is paused or held; whoever lets it go on may write to some people twice."""


def going(session: Session) -> list[Campaign]:
    """Campaigns that were on their way: some who still wait here may have got theirs. Not those that only lack their end."""
    sending = select(Campaign, Mailing).outerjoin(Mailing, Mailing.id == Campaign.mailing_id)
    found = session.execute(sending.where(Campaign.state == CampaignState.SENDING).order_by(Campaign.id))
    return [campaign for campaign, mailing in found if mailing is None or not is_finished(session, mailing)]


def overdue(session: Session, *, now: datetime) -> list[Campaign]:
    """Campaigns whose hour came after the copy was made: they may have gone out."""
    waiting = (Campaign.state == CampaignState.SCHEDULED, Campaign.due_at <= now)
    return list(session.scalars(select(Campaign).where(*waiting).order_by(Campaign.id)))


def stop_all(session: Session, *, now: datetime) -> int:
    """Pause the ones on their way, hold those that should have left; how many. Each is then let go on or given up by a person."""
    stopped = 0
    for campaign in going(session):
        if pause(session, campaign, now=now):
            campaign.reason = RESTORED  # kept until somebody lets it go on
            stopped += 1
    for campaign in overdue(session, now=now):
        stopped += move(session, campaign, (CampaignState.SCHEDULED,), CampaignState.HELD, reason=RESTORED)
    session.flush()
    return stopped
