"""Reads for the pages about campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.models import Mailing
from mailflow.outbox.queries import counts
from mailflow.outbox.words import OPEN_STATES, State


@dataclass(frozen=True)
class Progress:
    """Where a campaign's people are; ``reasons`` by (state, reason) for those who did not simply get it."""

    total: int
    waiting: int
    sent: int
    failed: int
    skipped: int
    uncertain: int
    reasons: dict[tuple[str, str], int]
    frozen: bool


def campaigns(session: Session, states: Sequence[CampaignState] = ()) -> list[Campaign]:
    """All campaigns, the newest first, or those in some states."""
    wanted = select(Campaign).order_by(Campaign.due_at.desc().nulls_first(), Campaign.id.desc())
    return list(session.scalars(wanted.where(Campaign.state.in_(states)) if states else wanted))


def progress(session: Session, campaign: Campaign) -> Progress:
    """Counted from the rows, each time."""
    by_state = counts(session, campaign.mailing_id) if campaign.mailing_id else {}
    mailing = session.get(Mailing, campaign.mailing_id) if campaign.mailing_id else None
    return Progress(
        total=sum(by_state.values()),
        waiting=_sum(by_state, OPEN_STATES),
        sent=_sum(by_state, (State.SENT,)),
        failed=_sum(by_state, (State.FAILED,)),
        skipped=_sum(by_state, (State.SKIPPED,)),
        uncertain=_sum(by_state, (State.UNCERTAIN,)),
        reasons={(state, reason): number for (state, reason), number in by_state.items() if reason},
        frozen=mailing is not None and mailing.frozen_at is not None,
    )


def _sum(by_state: dict[tuple[str, str | None], int], states: Sequence[State]) -> int:
    return sum(number for (state, _), number in by_state.items() if state in states)
