"""Reads for the pages about campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState
from mailflow.content.models import Compilation
from mailflow.content.words import Compiled
from mailflow.outbox.models import Mailing
from mailflow.outbox.tally import NOBODY, tally


@dataclass(frozen=True)
class Progress:
    """Where a campaign's people are; ``reasons`` by (state, reason) for those who did not simply get it.

    ``waiting`` are all who are not settled: of them ``put_off`` wait after a try, and ``in_hand`` are being sent to.
    """

    total: int
    waiting: int
    put_off: int
    in_hand: int
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


def latest_campaigns(session: Session, states: Sequence[CampaignState], *, before: int | None, limit: int) -> list[Campaign]:
    """Campaigns in some states or all, the last made first, from below a number on."""
    wanted = select(Campaign).order_by(Campaign.id.desc()).limit(limit)
    wanted = wanted.where(Campaign.state.in_(states)) if states else wanted
    return list(session.scalars(wanted if before is None else wanted.where(Campaign.id < before)))


WAITING = (CampaignState.SCHEDULED, CampaignState.HELD)
"""Scheduled, and nothing of it has left."""


def with_newsletter(session: Session, newsletter_id: int) -> list[Campaign]:
    """The campaigns scheduled or begun with this newsletter, the latest first."""
    wanted = select(Campaign).where(Campaign.newsletter_id == newsletter_id, Campaign.state.not_in((CampaignState.DRAFT,)))
    return list(session.scalars(wanted.order_by(Campaign.due_at.desc(), Campaign.id.desc())))


def waiting_with_segment(session: Session, segment_id: int) -> list[Campaign]:
    """The campaigns that wait for their hour narrowed by this segment, itself or through another that names it."""
    wanted = select(Campaign, Campaign.kept).where(Campaign.state.in_(WAITING), Campaign.segment_id.is_not(None))
    rows = session.execute(wanted.order_by(Campaign.due_at, Campaign.id))
    return [
        campaign for campaign, kept in rows if segment_id in {campaign.segment_id, *(one["id"] for one in (kept or {}).get("segments", ()))}
    ]


def compiled_of(session: Session, campaign: Campaign) -> Compiled | None:
    """What the campaign's mails are made from; None until its hour has come."""
    made = select(Compilation.compiled).where(Compilation.mailing_id == campaign.mailing_id).order_by(Compilation.id).limit(1)
    values = session.scalar(made)
    return Compiled.from_dict(values) if values else None


def progress(session: Session, campaign: Campaign) -> Progress:
    """How it stands at this moment."""
    mailing = session.get(Mailing, campaign.mailing_id) if campaign.mailing_id else None
    found = tally(session, mailing) if mailing else NOBODY
    return Progress(
        total=found.people,
        waiting=found.open,
        put_off=found.put_off,
        in_hand=found.in_hand,
        sent=found.sent,
        failed=found.failed,
        skipped=found.skipped,
        uncertain=found.uncertain,
        reasons=found.trouble,
        frozen=mailing is not None and mailing.frozen_at is not None,
    )
