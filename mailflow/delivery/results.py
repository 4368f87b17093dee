"""What became of a campaign's messages so far, counted without touching the rows of those that simply went."""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.rules import Results
from mailflow.delivery.models import SentMinute
from mailflow.delivery.telling import KEPT_MINUTES
from mailflow.outbox.models import IS_TROUBLE, Mailing, Message
from mailflow.outbox.tally import tally
from mailflow.outbox.words import Reason, State


def results_of(session: Session, campaign: Campaign, *, now: datetime) -> Results:
    """Its results at this moment. What was taken is asked for only where something harms: nearly always nothing does."""
    began = campaign.started_at or now
    mine = (Message.mailing_id == campaign.mailing_id, IS_TROUBLE, Message.state == State.FAILED)
    rows = session.execute(select(func.coalesce(Message.reason, ""), func.count()).where(*mine).group_by(Message.reason))
    failed = Counter(dict(rows.all()))
    complained = (Activity.kind == Kind.COMPLAINED, Activity.at >= began, Activity.mailing_id == campaign.mailing_id)
    complaints = session.scalar(select(func.count()).select_from(Activity).where(*complained)) or 0
    hard, policy = failed[Reason.HARD_ADDRESS], failed[Reason.POLICY]
    taken = _taken(session, campaign, began, now) if hard or policy or complaints else 0
    return Results(taken + failed.total(), hard, policy, complaints)


def _taken(session: Session, campaign: Campaign, began: datetime, now: datetime) -> int:
    if began < now - KEPT_MINUTES:
        return tally(session, session.get_one(Mailing, campaign.mailing_id)).sent
    lately = (SentMinute.mailing_id == campaign.mailing_id, SentMinute.minute >= began.replace(second=0, microsecond=0))
    return int(session.scalar(select(func.coalesce(func.sum(SentMinute.count), 0)).where(*lately)) or 0)
