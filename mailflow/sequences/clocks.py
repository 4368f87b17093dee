"""Finding the hours of waits again where the rules of the shop's clocks, or its zone, were changed."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.audience.queries import installation
from mailflow.sequences.models import Enrolment, Sequence, Step
from mailflow.sequences.waits import ENDS_AT_AN_HOUR, same_day_at_the_hour
from mailflow.sequences.words import EnrolmentState, StepKind

SLICE = 500
"""People looked at in one transaction."""


def found_otherwise(session: Session, zone_data: str) -> list[Sequence]:
    """Sequences whose waits' hours were found by another zone than the shop's, or by older data of it."""
    zone = installation(session).zone
    return [sequence for sequence in session.scalars(select(Sequence)) if _is_older(sequence.hours_by, zone, zone_data)]


def find_again(session: Session, sequence: Sequence, zone_data: str, *, after: int, now: datetime) -> int | None:
    """Put the next people's waits at the hour of the zone and data in force; the last person's enrolment, None when all are done.

    Only what is still to come is moved. Safe to repeat.
    """
    zone = installation(session).zone
    waits = _waits(session, sequence)
    mine = (Enrolment.sequence_id == sequence.id, Enrolment.state == EnrolmentState.ACTIVE, Enrolment.position.in_(waits))
    wanted = select(Enrolment.id, Enrolment.due_at).where(*mine, Enrolment.due_at > now, Enrolment.id > after)
    rows = session.execute(wanted.order_by(Enrolment.id).limit(SLICE)).all()
    for enrolment_id, due_at in rows:
        if (again := same_day_at_the_hour(due_at, zone)) != due_at:
            session.execute(update(Enrolment).where(Enrolment.id == enrolment_id, Enrolment.due_at == due_at).values(due_at=again))
    if len(rows) == SLICE:
        return int(rows[-1].id)
    sequence.hours_by = f"{zone} {zone_data}"
    session.flush()
    return None


def _waits(session: Session, sequence: Sequence) -> list[int]:
    """Positions of the steps that end at an hour of the clock, and not after so many days to the second."""
    waits = session.scalars(select(Step).where(Step.sequence_id == sequence.id, Step.kind == StepKind.WAIT))
    return [step.position for step in waits if ENDS_AT_AN_HOUR in step.settings]


def _is_older(hours_by: str | None, zone: str, zone_data: str) -> bool:
    known, _, version = (hours_by or "").partition(" ")
    return known != zone or version < zone_data
