"""Pause, resume and cancel a campaign that is going out; its mailing's state is what the gate obeys."""

from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.queries import waiting_of
from mailflow.outbox.words import MailingState, Reason, State

SLICE = 2000
"""Messages marked in one transaction: some 20 ms on SQLite."""


def pause(session: Session, campaign: Campaign, *, now: datetime) -> bool:  # noqa: ARG001  # verbs are told the time
    """Stop after the messages in hand; False when it was not sending."""
    stopped = move(session, campaign, (CampaignState.SENDING,), CampaignState.PAUSED, reason=None)
    return stopped and _set(session, campaign, MailingState.PAUSED)


def resume(session: Session, campaign: Campaign, *, now: datetime) -> bool:  # noqa: ARG001  # verbs are told the time
    """Go on where it stopped; nobody gets it twice."""
    going = move(session, campaign, (CampaignState.PAUSED,), CampaignState.SENDING, reason=None)
    return going and _set(session, campaign, MailingState.OPEN)


def cancel(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Never send the rest: from now on the gate lets nobody through; who waits is told so slice by slice, see ``skip_rest``."""
    going = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.SCHEDULED, CampaignState.HELD)
    if not move(session, campaign, going, CampaignState.CANCELLED, finished_at=now):
        return False
    _set(session, campaign, MailingState.CANCELLED)
    skip_rest(session, campaign)
    return True


def skip_rest(session: Session, campaign: Campaign) -> int:
    """Mark the next slice of those who wait for a cancelled campaign as skipped, reason "cancelled"; how many."""
    rest = update(Message).where(Message.id.in_(select(Message.id).where(waiting_of(campaign.mailing_id)).limit(SLICE)))
    done = session.execute(
        rest.values(state=State.SKIPPED, reason=Reason.CANCELLED).execution_options(synchronize_session=False),
    )
    return done.rowcount if isinstance(done, CursorResult) else 0


def cancelled_waiting(session: Session) -> list[Campaign]:
    """Campaigns that were cancelled while some still wait."""
    mailings = select(Message.mailing_id).where(waiting_of(Campaign.mailing_id))
    return list(session.scalars(select(Campaign).where(Campaign.state == CampaignState.CANCELLED, mailings.exists())))


def _set(session: Session, campaign: Campaign, state: MailingState) -> bool:
    session.execute(update(Mailing).where(Mailing.id == campaign.mailing_id).values(state=state))
    return True
