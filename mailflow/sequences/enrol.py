"""Bringing people into a sequence: each person once, for ever."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.foundation.upsert import insert_new
from mailflow.sequences.models import Enrolment, Sequence
from mailflow.sequences.quiet import quiet_people
from mailflow.sequences.words import EnrolmentState, Trigger

READER = "sequences"
LINES = 500
"""Lines of the ledger read at once."""
SLICE = 1000
"""Subscribers looked at at once in search of quiet ones."""
REST = timedelta(hours=1)
"""Between two looks at everybody."""


def somebody_confirmed(session: Session) -> bool:
    """Whether there are lines of confirmations to read."""
    return bool(ledger.unread(session, READER, [Kind.CONFIRMED], limit=1))


def enrol_confirmed(session: Session, *, now: datetime) -> int:
    """Bring in who confirmed a first list while a sequence that begins so was on; how many came in.

    What was read is marked as read in the same transaction, so a kill loses nobody and repeats nobody.
    """
    lines = ledger.unread(session, READER, [Kind.CONFIRMED], limit=LINES)
    if not lines:
        return 0
    firsts = [line for line in lines if line.detail.get("first")]
    came = sum(_enrol_lines(session, sequence, firsts, now) for sequence in _running(session, Trigger.CONFIRMED))
    ledger.mark_read(session, READER, lines[-1].id)
    return came


def looks_for_quiet(session: Session, *, now: datetime) -> bool:
    """Whether a look at everybody is under way, or its hour has come."""
    return any(_rested(sequence, now) for sequence in _running(session, Trigger.QUIET))


def enrol_quiet(session: Session, *, now: datetime) -> int:
    """Bring in quiet people from the next slice of the audience; everybody is looked at once an hour. How many came in."""
    return sum(_enrol_slice(session, sequence, now) for sequence in _running(session, Trigger.QUIET) if _rested(sequence, now))


def _running(session: Session, trigger: Trigger) -> list[Sequence]:
    return list(session.scalars(select(Sequence).where(Sequence.trigger == trigger, Sequence.on)))


def _enrol_lines(session: Session, sequence: Sequence, lines: Iterable[Activity], now: datetime) -> int:
    since = sequence.switched_at or now
    lists: dict[int, int | None] = {}
    for line in lines:
        if line.at >= since:
            lists.setdefault(line.subscriber_id, line.list_id)  # of several lists confirmed at once, the first
    known = session.scalars(select(Subscriber.id).where(Subscriber.id.in_(lists)))
    return _insert(session, sequence, [(person, lists[person]) for person in sorted(known)], now)


def _rested(sequence: Sequence, now: datetime) -> bool:
    return sequence.scan_after > 0 or sequence.scanned_at is None or now - sequence.scanned_at >= REST


def _enrol_slice(session: Session, sequence: Sequence, now: datetime) -> int:
    after = sequence.scan_after
    ids = list(session.scalars(select(Subscriber.id).where(Subscriber.id > after).order_by(Subscriber.id).limit(SLICE)))
    if len(ids) < SLICE:
        sequence.scan_after, sequence.scanned_at = 0, now
    else:
        sequence.scan_after = ids[-1]
    if not ids:
        return 0
    since = now - timedelta(days=sequence.settings["quiet_days"])
    found = session.execute(quiet_people(sequence.id, since=since).where(Subscriber.id.between(ids[0], ids[-1])))
    return _insert(session, sequence, [(person, list_id) for person, list_id in found], now)


def _insert(session: Session, sequence: Sequence, people: Iterable[tuple[int, int | None]], now: datetime) -> int:
    rows = [
        {
            "sequence_id": sequence.id,
            "subscriber_id": person,
            "list_id": list_id,
            "position": 0,
            "due_at": now,
            "state": EnrolmentState.ACTIVE,
            "entered_at": now,
        }
        for person, list_id in people
    ]
    return insert_new(session, Enrolment, rows)
