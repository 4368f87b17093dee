"""Second thoughts: the first clicks of a filter that tries every link looked like a person's until the last one came."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.outbox.models import Message
from mailflow.tracking import attribution
from mailflow.tracking.models import Hit, Order
from mailflow.tracking.rules import BURST_SECONDS
from mailflow.tracking.words import HitKind, Signal

WINDOW = timedelta(seconds=BURST_SECONDS)
IMPLIED = {"by": "click"}
"""The detail of an opening that was never seen, only concluded from a click."""


def judge_again(session: Session, message: Message, person: Subscriber, *, now: datetime) -> None:
    """Mark every click of the burst that ends now as a machine's, and undo what they counted for."""
    start = now - WINDOW
    session.flush()
    clicks = (Hit.message_id == message.id, Hit.kind == HitKind.CLICK, Hit.at >= start, Hit.machine.is_(False))
    session.execute(update(Hit).where(*clicks).values(machine=True, signal=Signal.BURST))
    if _mark_lines(session, message, start):
        ledger.note(session, Kind.CORRECTED, message.person_key, now=now, message_id=message.id)
    if message.opened_at and message.opened_at >= start:
        message.opened_at = _first(session, message, Hit.machine.is_(False))
    if message.clicked_at and message.clicked_at >= start:
        message.clicked_at = _first(session, message, Hit.machine.is_(False), Hit.kind == HitKind.CLICK)
    message.machine_clicked_at = _first(session, message, Hit.machine.is_(True), Hit.kind == HitKind.CLICK)
    session.flush()
    _be_silent_again(session, person)
    for order in session.scalars(select(Order).where(Order.message_id == message.id)):
        attribution.attribute(session, order)


def _first(session: Session, message: Message, *which: ColumnElement[bool]) -> datetime | None:
    return session.scalar(select(func.min(Hit.at)).where(Hit.message_id == message.id, *which))


def _mark_lines(session: Session, message: Message, start: datetime) -> int:
    """The ledger's lines stay; only their mark, which is a judgement, changes. Of how many."""
    mine = (Activity.subscriber_id == message.person_key, Activity.at >= start, Activity.machine.is_(False))
    lines = select(Activity).where(*mine, Activity.kind.in_((Kind.CLICKED, Kind.OPENED)), Activity.message_id == message.id)
    wrong = [line for line in session.scalars(lines) if line.kind == Kind.CLICKED or line.detail == IMPLIED]
    for line in wrong:
        line.machine = True
    return len(wrong)


def _be_silent_again(session: Session, person: Subscriber) -> None:
    """Silence ended by a machine's click did not end; the ledger says since when it lasts."""
    marked = select(func.max(Activity.at)).where(Activity.subscriber_id == person.id, Activity.kind == Kind.MARKED_SILENT)
    since = session.scalar(marked)
    if since is None:
        return
    answers = (Activity.kind.in_((Kind.CLICKED, Kind.ORDERED)), Activity.machine.is_(False), Activity.at >= since)
    if session.scalar(select(Activity.id).where(Activity.subscriber_id == person.id, *answers).limit(1)) is None:
        person.silent_since = since
