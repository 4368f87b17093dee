"""All campaigns with what they brought, newest first."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.outbox.models import Mailing
from mailflow.reporting.campaign import reports
from mailflow.reporting.words import CampaignLine, share


def campaign_lines(session: Session, *, since: datetime | None = None, limit: int = 50, offset: int = 0) -> list[CampaignLine]:
    """Campaigns that began to be sent, newest first, ``since`` an instant if one is given."""
    rows = select(Campaign, Mailing).join(Mailing, Mailing.id == Campaign.mailing_id).order_by(Mailing.due_at.desc(), Campaign.id.desc())
    if since:
        rows = rows.where(Mailing.due_at >= since)
    found = session.execute(rows.limit(limit).offset(offset)).all()
    made = reports(session, [mailing for _, mailing in found])
    return [
        CampaignLine(campaign.id, campaign.name, campaign.state, mailing.due_at, report)
        for (campaign, mailing), report in zip(found, made, strict=True)
    ]


def average_click_rate(lines: Sequence[CampaignLine]) -> float | None:
    """Clicks of all these campaigns, of all that was delivered: big ones weigh more."""
    return share(sum(line.report.clicked for line in lines), sum(line.report.figures.delivered for line in lines))
