"""Taking messages into a worker's hands for a few seconds at a time, and taking them back from a dead one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from mailflow.outbox.models import IS_WAITING, Mailing, Message
from mailflow.outbox.rules import after_interruption
from mailflow.outbox.words import IN_HAND, Claimed, Lane, MailingState, Reason, State

LEASE = timedelta(seconds=8)
"""How long a claim holds without being renewed."""
AWAY = timedelta(seconds=10)
"""How long a message waits when its server cannot be reached; then it is looked again."""
RENEW_EVERY = 2.0
"""Seconds between two renewals."""
_MOST_IN_DOUBT = 1000
_QUIETLY = {"synchronize_session": False}
WHAT_SENDING_NEEDS = (
    Message.id, Message.mailing_id, Message.person_key, Message.address, Message.language, Message.list_id, Message.provider,
    Message.context, Message.epoch, Message.lane,
)  # fmt: skip
"""The columns of a Claimed, in its order."""


def claim(session: Session, worker: str, *, now: datetime, room: Mapping[Lane, int]) -> list[Claimed]:
    """The next due messages, now this worker's: of each lane at most as many as it has ``room`` for.

    Within a lane every mailing gets its turn, so that a large campaign does not make a small one wait. A higher epoch tells this
    claim from all before it. Only paused mailings are passed over: what comes back to a cancelled one is claimed so that the gate
    can say so.
    """
    paused = frozenset(session.scalars(select(Mailing.id).where(Mailing.state == MailingState.PAUSED)))
    found = [row for lane, most in room.items() if most > 0 for row in _in_turn(session, lane, paused, now=now, most=most)]
    taken = {
        "state": State.CLAIMED,
        "worker": worker,
        "lease_until": now + LEASE,
        "epoch": Message.epoch + 1,
    }
    for ids in _batches([row.id for row in found]):
        session.execute(update(Message).where(Message.id.in_(ids)).values(taken).execution_options(**_QUIETLY))
    return [row._replace(epoch=row.epoch + 1) for row in found]


def is_due(session: Session, lanes: Iterable[Lane], *, now: datetime) -> bool:
    """Whether anything waits in these lanes whose hour has come; paused mailings count, so that nothing is missed."""
    return any(session.scalar(_waiting(lane, now).limit(1)) is not None for lane in lanes)


def put_off(session: Session, rows: Sequence[Claimed], worker: str, *, now: datetime) -> None:
    """Make them wait while no server can be reached: no fault of theirs, and no try."""
    ours = (Message.id.in_([row.id for row in rows]), Message.worker == worker, Message.state == State.CLAIMED)
    waits = {"state": State.DEFERRED, "reason": Reason.NETWORK, "due_at": now + AWAY, "worker": None, "lease_until": None}
    if rows:
        session.execute(update(Message).where(*ours).values(waits).execution_options(**_QUIETLY))


def _in_turn(session: Session, lane: Lane, paused: frozenset[int], *, now: datetime, most: int) -> list[Claimed]:
    mailings = [mailing_id for mailing_id in _mailings_with_due(session, lane, now) if mailing_id not in paused]
    taken: list[Claimed] = []
    for place, mailing_id in enumerate(mailings):
        share = (most - len(taken)) // (len(mailings) - place)  # what one leaves over is shared by those after it
        taken += _due(session, lane, mailing_id, now=now, most=max(share, 1)) if len(taken) < most else []
    return taken


def _mailings_with_due(session: Session, lane: Lane, now: datetime) -> Iterator[int]:
    """Hops from mailing to mailing in the index: as many steps as there are mailings, however many people wait."""
    last = 0
    while (found := session.scalar(_waiting(lane, now).where(Message.mailing_id > last).order_by(Message.mailing_id).limit(1))) is not None:
        yield found
        last = found


def _waiting(lane: Lane, now: datetime) -> Select[int]:
    return select(Message.mailing_id).where(Message.lane == lane, IS_WAITING, Message.due_at <= now)


def _due(session: Session, lane: Lane, mailing_id: int, *, now: datetime, most: int) -> list[Claimed]:
    mine = _waiting(lane, now).with_only_columns(*WHAT_SENDING_NEEDS).where(Message.mailing_id == mailing_id)
    first = mine.order_by(Message.due_at, Message.id).limit(most)
    return [Claimed(*row) for row in session.execute(first.with_for_update(skip_locked=True))]


def renew(session: Session, worker: str, *, now: datetime) -> None:
    """Hold on to everything this worker has in hand."""
    mine = update(Message).where(Message.worker == worker, Message.state.in_(IN_HAND))
    session.execute(mine.values(lease_until=now + LEASE).execution_options(**_QUIETLY))


def hand_back(session: Session, worker: str) -> None:
    """Put back what was claimed and not begun, at a clean stop."""
    mine = update(Message).where(Message.worker == worker, Message.state == State.CLAIMED)
    session.execute(mine.values(state=State.PENDING, worker=None, lease_until=None).execution_options(**_QUIETLY))


def settle_abandoned(session: Session, *, now: datetime) -> int:
    """Messages whose worker let its lease run out and left no journal that can be read: begun ones become uncertain or, where the
    policy says so, wait again. How many, at most a thousand at a time."""
    lost = session.execute(
        select(Message, Mailing.policy)
        .join(Mailing, Mailing.id == Message.mailing_id)
        .where(Message.worker.is_not(None), Message.state.in_(IN_HAND), Message.lease_until < now)
        .limit(_MOST_IN_DOUBT)
    ).all()
    for message, policy in lost:
        message.state, message.reason = after_interruption(message.state, policy, doubted_before=message.reason == Reason.INTERRUPTED)
        message.worker, message.lease_until = None, None
    session.flush()
    return len(lost)


def _batches(ids: Sequence[int], most: int = 500) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), most):
        yield ids[start : start + most]
