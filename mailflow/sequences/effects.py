"""What a move does: a mail put into the outbox, a wait begun, a mark set, an end written down."""

from collections.abc import Sequence as Many
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.audience.queries import installation
from mailflow.offers.models import Code
from mailflow.sequences.models import Enrolment, Sequence, Step
from mailflow.sequences.post import post_step
from mailflow.sequences.waits import wait_end
from mailflow.sequences.words import Act, EndReason, EnrolmentState, Move


@dataclass(frozen=True)
class Doing:
    """Where a move is made: at which step of how many, with which codes, when."""

    session: Session
    sequence: Sequence
    step: Step
    steps: int
    codes: dict[int, Code]
    """By person."""
    now: datetime


def do(doing: Doing, move: Move, people: Many[Enrolment]) -> list[Enrolment]:
    """Make the same move for all of them; those who can go on at once are handed back."""
    if move.act == Act.END:
        return _end(doing, people, move.reason or EndReason.FINISHED)
    if move.act == Act.WAIT:
        return _wait(doing, people)
    if move.act == Act.SEND:
        post_step(doing.session, doing.sequence, doing.step, people, now=doing.now)
    if move.act == Act.MARK:
        _mark_silent(doing, people)
    return _go_on(doing, people)


def _go_on(doing: Doing, people: Many[Enrolment]) -> list[Enrolment]:
    for enrolment in people:
        enrolment.position, enrolment.due_at = enrolment.position + 1, doing.now
    going = [enrolment for enrolment in people if enrolment.position < doing.steps]
    for enrolment in people:
        if enrolment.position >= doing.steps:
            _close(enrolment, EnrolmentState.DONE, EndReason.FINISHED, doing.now)
    return going


def _wait(doing: Doing, people: Many[Enrolment]) -> list[Enrolment]:
    """The end of a wait is fixed when it begins: changing a wait touches only those who have not reached it."""
    zone = installation(doing.session).zone
    for enrolment in people:
        code = doing.codes.get(enrolment.subscriber_id)
        enrolment.due_at = wait_end(doing.step.settings, code.ends_at if code else None, now=doing.now, zone=zone)
    return []


def _end(doing: Doing, people: Many[Enrolment], reason: EndReason) -> list[Enrolment]:
    for enrolment in people:
        _close(enrolment, EnrolmentState.ENDED, reason, doing.now)
    return []


def _close(enrolment: Enrolment, state: EnrolmentState, reason: EndReason, now: datetime) -> None:
    enrolment.state, enrolment.reason, enrolment.ended_at = state, reason, now


def _mark_silent(doing: Doing, people: Many[Enrolment]) -> None:
    """Newsletters leave them in peace from now on; a click or an order takes the mark away."""
    for enrolment in people:
        person = doing.session.get_one(Subscriber, enrolment.subscriber_id)
        if person.silent_since is None:
            person.silent_since = doing.now
            ledger.note(doing.session, Kind.MARKED_SILENT, person.id, now=doing.now, list_id=enrolment.list_id)
