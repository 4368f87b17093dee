"""Reads over sequences: where people are, where they left and why, and what the mails brought."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from mailflow.offers import queries as offer_queries
from mailflow.offers.models import Offer
from mailflow.offers.words import Results
from mailflow.outbox.models import Mailing, MailingTotal, Message
from mailflow.outbox.words import OPEN_STATES, MailingKind, State
from mailflow.sequences.models import Enrolment, Sequence, Step
from mailflow.sequences.recipes import RECIPES
from mailflow.sequences.words import EnrolmentState

RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Mails:
    """What became of a step's mails."""

    waiting: int = 0
    sent: int = 0
    clicked: int = 0
    """People who clicked, and clicks of those who agreed to totals only; never more than were sent."""

    def __add__(self, other: "Mails") -> "Mails":
        return Mails(self.waiting + other.waiting, self.sent + other.sent, self.clicked + other.clicked)


@dataclass(frozen=True)
class StepLine:
    """One step with its people: here now, passed, and left here by reason."""

    step: Step
    here: int
    passed: int
    left: dict[str, int]
    mails: Mails | None


@dataclass(frozen=True)
class Overview:
    """One sequence with its people; ``ended`` counts by reason those who went no further before its end."""

    sequence: Sequence
    entered: int
    entered_lately: int
    here: int
    finished: int
    ended: dict[str, int]
    steps: list[StepLine] = field(default_factory=list)
    results: Results | None = None

    @property
    def mails(self) -> Mails:
        """The mails of all its steps."""
        return sum((line.mails for line in self.steps if line.mails), Mails())


def sequences(session: Session) -> list[Sequence]:
    """Every sequence, in the order of the recipes."""
    order = list(RECIPES)
    return sorted(session.scalars(select(Sequence)), key=lambda sequence: order.index(sequence.recipe))


def sequence_named(session: Session, recipe: str) -> Sequence | None:
    """The sequence made by this recipe."""
    return session.scalar(select(Sequence).where(Sequence.recipe == recipe))


def overview(session: Session, sequence: Sequence, *, now: datetime) -> Overview:
    """Everything the pages show of one sequence."""
    people = _people(session, sequence)
    offer = session.get(Offer, sequence.offer_id) if sequence.offer_id else None
    lately = select(func.count()).where(Enrolment.sequence_id == sequence.id, Enrolment.entered_at > now - RECENT)
    ended = Counter[str]()
    for (_, state, reason), number in people.items():
        if state == EnrolmentState.ENDED:
            ended[reason or ""] += number
    return Overview(
        sequence=sequence,
        entered=sum(people.values()),
        entered_lately=session.scalar(lately) or 0,
        here=_in_state(people, EnrolmentState.ACTIVE),
        finished=_in_state(people, EnrolmentState.DONE),
        ended=dict(ended.most_common()),
        steps=_steps(session, sequence, people),
        results=offer_queries.results(session, offer) if offer else None,
    )


_People = dict[tuple[int, str, str | None], int]
"""How many by position, state and reason."""


def _people(session: Session, sequence: Sequence) -> _People:
    columns = (Enrolment.position, Enrolment.state, Enrolment.reason)
    rows = session.execute(select(*columns, func.count()).where(Enrolment.sequence_id == sequence.id).group_by(*columns))
    return {(position, state, reason): number for position, state, reason, number in rows}


def _in_state(people: _People, wanted: EnrolmentState) -> int:
    return sum(number for (_, state, _), number in people.items() if state == wanted)


def _steps(session: Session, sequence: Sequence, people: _People) -> list[StepLine]:
    steps = list(session.scalars(select(Step).where(Step.sequence_id == sequence.id).order_by(Step.position)))
    mails = _mails(session, [step.id for step in steps])
    return [_line(step, people, mails.get(step.id)) for step in steps]


def _line(step: Step, people: _People, mails: Mails | None) -> StepLine:
    at = {(state, reason): number for (position, state, reason), number in people.items() if position == step.position}
    return StepLine(
        step=step,
        here=sum(number for (state, _), number in at.items() if state == EnrolmentState.ACTIVE),
        passed=sum(number for (position, _, _), number in people.items() if position > step.position),
        left={reason or "": number for (state, reason), number in at.items() if state == EnrolmentState.ENDED},
        mails=mails,
    )


def _mails(session: Session, step_ids: list[int]) -> dict[int, Mails]:
    """By step; steps that never sent anything are left out."""
    rows = session.execute(
        select(
            Mailing.source_id,
            _count(Message.state.in_(OPEN_STATES)),
            _count(Message.state == State.SENT),
            _count(Message.clicked_at.is_not(None)),
            func.coalesce(func.max(MailingTotal.clicks), 0),
        )
        .join(Message, Message.mailing_id == Mailing.id)
        .outerjoin(MailingTotal, MailingTotal.mailing_id == Mailing.id)
        .where(Mailing.kind == MailingKind.STEP, Mailing.source_id.in_(step_ids))
        .group_by(Mailing.source_id)
    )
    return {step: Mails(waiting, sent, min(sent, clicked + unnamed)) for step, waiting, sent, clicked, unnamed in rows}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
