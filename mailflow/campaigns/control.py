"""Pause, resume and cancel a campaign that is going out; its mailing's state is what the gate obeys."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import WAITING, MailingState, Reason, State


def pause(session: Session, campaign: Campaign, *, now: datetime) -> bool:  # noqa: ARG001  # verbs are told the time
    """Stop after the messages in hand; False when it was not sending."""
    return move(session, campaign, (CampaignState.SENDING,), CampaignState.PAUSED) and _set(session, campaign, MailingState.PAUSED)


def resume(session: Session, campaign: Campaign, *, now: datetime) -> bool:  # noqa: ARG001  # verbs are told the time
    """Go on where it stopped; nobody gets it twice."""
    return move(session, campaign, (CampaignState.PAUSED,), CampaignState.SENDING) and _set(session, campaign, MailingState.OPEN)


def cancel(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Never send the rest: whoever waits is skipped with the reason "cancelled"."""
    going = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.SCHEDULED, CampaignState.HELD)
    if not move(session, campaign, going, CampaignState.CANCELLED, finished_at=now):
        return False
    _set(session, campaign, MailingState.CANCELLED)
    waiting = update(Message).where(Message.mailing_id == campaign.mailing_id, Message.state.in_(WAITING))
    session.execute(waiting.values(state=State.SKIPPED, reason=Reason.CANCELLED).execution_options(synchronize_session=False))
    return True


def _set(session: Session, campaign: Campaign, state: MailingState) -> bool:
    session.execute(update(Mailing).where(Mailing.id == campaign.mailing_id).values(state=state))
    return True
