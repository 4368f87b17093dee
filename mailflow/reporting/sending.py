"""Campaigns on their way and to come, and what of sending needs a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import progress
from mailflow.campaigns.words import Brake, CampaignState
from mailflow.delivery.providers import slowed
from mailflow.offers.models import Code
from mailflow.outbox.models import IS_TROUBLE, Mailing, Message
from mailflow.outbox.words import MailingKind, State
from mailflow.reporting.first_steps import welcome_is_on
from mailflow.sequences.models import Sequence, Step

_ORDER = (CampaignState.SENDING, CampaignState.HELD, CampaignState.PAUSED, CampaignState.SCHEDULED, CampaignState.DRAFT)
_SHOWN = 5


@dataclass(frozen=True)
class Underway:
    """A campaign that is on its way or will be, with its messages settled and in all."""

    campaign: Campaign
    settled: int
    total: int


@dataclass(frozen=True)
class Doubtful:
    """A campaign, or the sequence of a recipe, with messages in doubt, which a person may decide on its page."""

    campaign_id: int | None
    name: str
    count: int
    recipe: str = ""


@dataclass(frozen=True)
class Attention:
    """What a person should know: campaigns held or paused by themselves, providers that refuse us (by the names of `delivery.families`),
    messages in doubt, codes unused, recipes switched off."""

    held: int
    braked: list[Campaign]
    stopped: list[str]
    doubtful: list[Doubtful]
    unused_codes: int
    welcome_on: bool

    @property
    def uncertain(self) -> int:
        """Messages of which nobody knows whether they arrived."""
        return sum(one.count for one in self.doubtful)


def underway(session: Session) -> list[Underway]:
    """Campaigns not yet done: those on their way first, then by their hour, drafts last."""
    rows = session.scalars(select(Campaign).where(Campaign.state.in_(_ORDER)).order_by(Campaign.due_at.nulls_last(), Campaign.id.desc()))
    ordered = sorted(rows, key=lambda campaign: _ORDER.index(CampaignState(campaign.state)))[:_SHOWN]
    return [Underway(campaign, *_progress(session, campaign)) for campaign in ordered]


def attention(session: Session, *, now: datetime) -> Attention:
    """What needs a person, counted."""
    held = select(func.count()).select_from(Campaign).where(Campaign.state == CampaignState.HELD)
    unused = select(func.count()).select_from(Code).where(Code.redeemed_at.is_(None), Code.ends_at > now)
    paused = select(Campaign).where(Campaign.state == CampaignState.PAUSED, Campaign.reason.in_(tuple(Brake)))
    stopped = [name for name, each in slowed(session, now=now).items() if not all(one.pace for one in each)]
    return Attention(
        session.scalar(held) or 0,
        list(session.scalars(paused.order_by(Campaign.id))),
        stopped,
        _doubtful(session),
        session.scalar(unused) or 0,
        welcome_is_on(session),
    )


def _progress(session: Session, campaign: Campaign) -> tuple[int, int]:
    found = progress(session, campaign)
    return found.total - found.waiting, found.total


def _doubtful(session: Session) -> list[Doubtful]:
    in_doubt = (IS_TROUBLE, Message.state == State.UNCERTAIN)
    rows = select(Campaign.id, Campaign.name, func.count(Message.id)).join(Message, Message.mailing_id == Campaign.mailing_id)
    found = session.execute(rows.where(*in_doubt).group_by(Campaign.id, Campaign.name).order_by(Campaign.id.desc()))
    steps = select(Sequence.recipe, func.count(Message.id)).join(Step, Step.sequence_id == Sequence.id)
    steps = steps.join(Mailing, (Mailing.kind == MailingKind.STEP) & (Mailing.source_id == Step.id))
    steps = steps.join(Message, Message.mailing_id == Mailing.id).where(*in_doubt).group_by(Sequence.recipe)
    return [Doubtful(*row) for row in found] + [Doubtful(None, "", count, recipe) for recipe, count in session.execute(steps)]
