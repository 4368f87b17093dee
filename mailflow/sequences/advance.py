"""Taking people on from the step they are at, each step once, in the same transaction as its effect."""

from collections import defaultdict
from collections.abc import Sequence as Many
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mailflow.audience.queries import installation
from mailflow.sequences.effects import Doing, do
from mailflow.sequences.facts import gather
from mailflow.sequences.models import Enrolment, Sequence, Step
from mailflow.sequences.rules import next_move
from mailflow.sequences.waits import is_over
from mailflow.sequences.words import EnrolmentState, Move

SLICE = 100
"""People taken on at once."""


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether anybody's time has come."""
    return session.scalar(_due(now).with_only_columns(Enrolment.id).limit(1)) is not None


def advance_due(session: Session, *, now: datetime, limit: int = SLICE) -> int:
    """Take up to ``limit`` people whose time has come as far as they can go now; how many were taken on.

    Where several schedulers run, the row lock lets each take others; whatever is raised undoes step and effect together.
    """
    first = _due(now).order_by(Enrolment.due_at, Enrolment.id).limit(limit)
    people = list(session.scalars(first.with_for_update(of=Enrolment, skip_locked=True)))
    by_sequence: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in people:
        by_sequence[enrolment.sequence_id].append(enrolment)
    for sequence_id, enrolments in by_sequence.items():
        _walk(session, session.get_one(Sequence, sequence_id), enrolments, now)
    session.flush()
    return len(people)


def _due(now: datetime) -> Select[Enrolment]:
    joined = select(Enrolment).join(Sequence, Sequence.id == Enrolment.sequence_id)
    return joined.where(Enrolment.state == EnrolmentState.ACTIVE, Enrolment.due_at <= now, Sequence.on)


def _walk(session: Session, sequence: Sequence, enrolments: Many[Enrolment], now: datetime) -> None:
    """Step by step, all who stand at the same step together; whoever reaches a wait stays there."""
    steps = list(session.scalars(select(Step).where(Step.sequence_id == sequence.id).order_by(Step.position)))
    walking, first, zone = list(enrolments), True, installation(session).zone
    while walking:
        known = gather(session, sequence, walking)
        moves: dict[tuple[int, Move], list[Enrolment]] = defaultdict(list)
        for enrolment in walking:
            step = steps[enrolment.position]
            ends_at = known.code_ends_at(enrolment)
            waited = first and is_over(step.settings, enrolment.due_at, ends_at, now=now, zone=zone)
            facts = known.facts(enrolment, now=now, waited=waited)
            moves[step.position, next_move(step.kind, step.settings.get("word"), facts)].append(enrolment)
        walking, first = [], False
        for (position, move), people in moves.items():
            doing = Doing(session, sequence, steps[position], len(steps), known.codes, now)
            walking += do(doing, move, people)
