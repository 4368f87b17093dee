"""How far a new installation has come on the way to its first campaign."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, Form
from mailflow.campaigns.models import Campaign
from mailflow.sequences.models import Sequence


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


def first_steps(session: Session) -> FirstSteps:
    """What exists of the things a first campaign needs."""
    return FirstSteps(
        brand=session.scalar(select(Brand).order_by(Brand.id).limit(1)),
        form=session.scalar(select(Form).where(Form.open.is_(True)).order_by(Form.id).limit(1)),
        welcome_on=welcome_is_on(session),
        campaign=session.scalar(select(Campaign).where(Campaign.started_at.is_not(None)).limit(1)),
    )


def welcome_gives_code(session: Session) -> bool:
    """Whether whoever confirms a first list now is sent a code of their own."""
    gives = (Sequence.recipe == "welcome", Sequence.on.is_(True), Sequence.offer_id.is_not(None))
    return session.scalar(select(Sequence.id).where(*gives)) is not None


def welcome_is_on(session: Session) -> bool:
    """Whether who signs up is welcomed."""
    return session.scalar(select(Sequence.id).where(Sequence.recipe == "welcome", Sequence.on.is_(True))) is not None
