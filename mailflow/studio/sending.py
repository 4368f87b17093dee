"""What the dashboard shows of sending: campaigns on their way and to come, what needs a person, and the first steps."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, Form
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState
from mailflow.offers.models import Code
from mailflow.outbox.models import Message
from mailflow.outbox.words import OPEN_STATES, State
from mailflow.sequences.models import Sequence

_ORDER = (CampaignState.SENDING, CampaignState.HELD, CampaignState.PAUSED, CampaignState.SCHEDULED, CampaignState.DRAFT)
_SHOWN = 5


@dataclass(frozen=True)
class Underway:
    """A campaign that is on its way or will be, with its messages settled and in all."""

    campaign: Campaign
    settled: int
    total: int


@dataclass(frozen=True)
class Attention:
    """What a person should know: campaigns held, messages in doubt, codes unused, recipes switched off."""

    held: int
    uncertain: int
    unused_codes: int
    welcome_on: bool


@dataclass(frozen=True)
class FirstSteps:
    """How far a new installation has come."""

    brand: Brand | None
    form: Form | None
    welcome_on: bool
    campaign: Campaign | None

    @property
    def done(self) -> int:
        """Steps behind, of four; the first campaign itself ends the list."""
        return sum((self.brand is not None, self.form is not None, self.welcome_on))


def underway(session: Session) -> list[Underway]:
    """Campaigns not yet done: those on their way first, then by their hour, drafts last."""
    rows = session.scalars(select(Campaign).where(Campaign.state.in_(_ORDER)).order_by(Campaign.due_at.nulls_last(), Campaign.id.desc()))
    ordered = sorted(rows, key=lambda campaign: _ORDER.index(CampaignState(campaign.state)))[:_SHOWN]
    return [Underway(campaign, *_progress(session, campaign)) for campaign in ordered]


def attention(session: Session, *, now: datetime) -> Attention:
    """What needs a person, counted."""
    held = select(func.count()).select_from(Campaign).where(Campaign.state == CampaignState.HELD)
    uncertain = select(func.count()).select_from(Message).where(Message.state == State.UNCERTAIN)
    unused = select(func.count()).select_from(Code).where(Code.redeemed_at.is_(None), Code.ends_at > now)
    return Attention(session.scalar(held) or 0, session.scalar(uncertain) or 0, session.scalar(unused) or 0, _welcome_on(session))


def first_steps(session: Session) -> FirstSteps:
    """What exists of the things a first campaign needs."""
    return FirstSteps(
        brand=session.scalar(select(Brand).order_by(Brand.id).limit(1)),
        form=session.scalar(select(Form).where(Form.open.is_(True)).order_by(Form.id).limit(1)),
        welcome_on=_welcome_on(session),
        campaign=session.scalar(select(Campaign).where(Campaign.started_at.is_not(None)).limit(1)),
    )


def _welcome_on(session: Session) -> bool:
    return session.scalar(select(Sequence.id).where(Sequence.recipe == "welcome", Sequence.on.is_(True))) is not None


def _progress(session: Session, campaign: Campaign) -> tuple[int, int]:
    if campaign.mailing_id is None:
        return 0, 0
    total = session.scalar(select(func.count()).where(Message.mailing_id == campaign.mailing_id)) or 0
    still = session.scalar(select(func.count()).where(Message.mailing_id == campaign.mailing_id, Message.state.in_(OPEN_STATES))) or 0
    return total - still, total
