"""Taking messages into a worker's hands for a few seconds at a time, and taking them back from a dead one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.orm import Session

from mailflow.delivery.courtesy import Courtesy
from mailflow.foundation.among import among, among_given
from mailflow.foundation.database import columns
from mailflow.outbox.models import IS_WAITING, Mailing, Message
from mailflow.outbox.queries import mailings_waiting
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
_FREE = {"state": State.PENDING, "worker": None, "lease_until": None}
_m = columns(Message)
WHAT_SENDING_NEEDS: tuple[Any, ...] = (
    _m.id, _m.mailing_id, _m.person_key, _m.address, _m.language, _m.list_id, _m.provider, _m.context, _m.epoch, _m.lane,
)  # fmt: skip
"""The columns of a Claimed, in its order."""
_ONCE_CLAIMED = tuple(column + 1 if column is _m.epoch else column for column in WHAT_SENDING_NEEDS)
_WAITS = (_m.lane == bindparam("in_lane")) & IS_WAITING & (_m.due_at <= bindparam("at"))
_DUE = (
    select(*_ONCE_CLAIMED)
    .where(_WAITS, _m.mailing_id == bindparam("of_mailing"))
    .order_by(_m.due_at, _m.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_PLACES = mailings_waiting(due_by=bindparam("at", type_=_m.due_at.type)).subquery()
_WITH_DUE = (
    select(_PLACES)
    .join(Mailing.__table__, columns(Mailing).id == _PLACES.c.mailing_id)
    .where(columns(Mailing).state != MailingState.PAUSED.value)
    .order_by(_PLACES.c.lane, _PLACES.c.mailing_id)
)
"""Lane and mailing wherever a message is due, but for paused mailings."""
_TAKE = (
    update(Message.__table__)  # type: ignore[arg-type]
    .where(among_given(_m.id, "ids"))
    .values(state=State.CLAIMED.value, worker=bindparam("me"), lease_until=bindparam("until"), epoch=_m.epoch + 1)
)


def claim(
    session: Session,
    worker: str,
    *,
    now: datetime,
    room: Mapping[Lane, int],
    polite: Courtesy | None = None,
    leased_at: datetime | None = None,
) -> list[Claimed]:
    """The next due messages, now this worker's: of each lane at most as many as it has ``room`` for, and of providers that are
    written to slowly as many as is ``polite``. ``leased_at`` is now by the clock of leases, where that is another.

    Within a lane every mailing gets its turn, so that a large campaign does not make a small one wait. A higher epoch tells this
    claim from all before it. Only paused mailings are passed over: what comes back to a cancelled one is claimed so that the gate
    can say so.
    """
    connection = session.connection()
    found: list[Claimed] = []
    for lane, mailings in _mailings_with_due(connection, room, now).items():
        found += _in_turn(connection, lane, mailings, now=now, most=room[lane], polite=polite)
    if polite:
        polite.settle()
    if found:
        connection.execute(_TAKE, {"ids": [row.id for row in found], "me": worker, "until": (leased_at or now) + LEASE})
    return found


def is_due(session: Session, lanes: Iterable[Lane], *, now: datetime) -> bool:
    """Whether anything waits in these lanes whose hour has come and whose mailing is not paused."""
    return bool(_mailings_with_due(session.connection(), lanes, now))


def put_off(session: Session, rows: Sequence[Claimed], worker: str, *, now: datetime, reason: Reason = Reason.NETWORK) -> None:
    """Make them wait a little, while no server can be reached, say: no fault of theirs, and no try."""
    if not rows:
        return
    ours = (among(Message.id, [row.id for row in rows]), Message.worker == worker, Message.state == State.CLAIMED)
    waits = {"state": State.DEFERRED, "reason": reason, "due_at": now + AWAY, "worker": None, "lease_until": None}
    session.execute(update(Message).where(*ours).values(waits).execution_options(**_QUIETLY))


def _in_turn(
    connection: Connection, lane: Lane, mailings: Sequence[int], *, now: datetime, most: int, polite: Courtesy | None
) -> list[Claimed]:
    taken: list[Claimed] = []
    for place, mailing_id in enumerate(mailings):
        share = max((most - len(taken)) // (len(mailings) - place), 1)  # what one leaves over is shared by those after it
        if len(taken) < most:
            more = polite.looks_further if polite else 0
            due = connection.execute(_DUE, {"in_lane": lane, "at": now, "of_mailing": mailing_id, "most": share + more})
            rows = list(map(Claimed._make, due))
            taken += polite.sift(rows, share) if polite else rows
    return taken


def _mailings_with_due(connection: Connection, lanes: Iterable[Lane], now: datetime) -> dict[Lane, list[int]]:
    asked: dict[Lane, list[int]] = {lane: [] for lane in lanes}
    for lane, mailing_id in connection.execute(_WITH_DUE, {"at": now}) if asked else ():
        if lane in asked:
            asked[Lane(lane)].append(mailing_id)
    return {lane: mailings for lane, mailings in asked.items() if mailings}


def renew(session: Session, worker: str, *, now: datetime) -> None:
    """Hold on to everything this worker has in hand; ``now`` by the clock of leases, which all workers share."""
    mine = update(Message).where(Message.worker == worker, Message.state.in_(IN_HAND))
    session.execute(mine.values(lease_until=now + LEASE).execution_options(**_QUIETLY))


def hand_back(session: Session, worker: str) -> None:
    """Put back what was claimed and not begun, at a clean stop."""
    mine = update(Message).where(Message.worker == worker, Message.state == State.CLAIMED)
    session.execute(mine.values(_FREE).execution_options(**_QUIETLY))


def let_go_of_strays(session: Session, worker: str, known: Collection[int]) -> None:
    """Put back what the ledger says is this worker's and it does not know of: a commit whose answer was lost had been kept after all.

    None of that has begun: whatever began is known to its worker until the ledger has it.
    """
    mine = session.scalars(select(Message.id).where(Message.worker == worker, Message.state.in_(IN_HAND)))
    if strays := [number for number in mine if number not in known]:
        session.execute(update(Message).where(among(Message.id, strays)).values(_FREE).execution_options(**_QUIETLY))


def settle_abandoned(session: Session, *, now: datetime) -> int:
    """Messages whose worker let its lease run out and left no journal that can be read: begun ones become uncertain or, where the
    policy says so, wait again. How many, at most a thousand at a time.

    A lease that ends later than any can is of a time before the clock was set back, and run out as well.
    """
    run_out = or_(Message.lease_until < now, Message.lease_until > now + 2 * LEASE)
    lost = session.execute(
        select(Message, Mailing.policy)
        .join(Mailing, Mailing.id == Message.mailing_id)
        .where(Message.worker.is_not(None), Message.state.in_(IN_HAND), run_out)
        .limit(_MOST_IN_DOUBT)
        .with_for_update(of=Message, skip_locked=True)  # where its worker renews it at this very moment, it is alive
    ).all()
    for message, policy in lost:
        worker = message.worker or ""
        interrupt(message, policy)
        if message.state == State.UNCERTAIN:
            message.reply = unheard_of(worker)
    session.flush()
    return len(lost)


def interrupt(message: Message, policy: str) -> None:
    """Its worker is dead: in doubt or waiting again, by policy, and in nobody's hands."""
    message.state, message.reason = after_interruption(message.state, policy, doubted_before=message.reason == Reason.INTERRUPTED)
    message.worker, message.lease_until = None, None


def unheard_of(worker: str) -> str:
    """What stands where a server's last words would: whose journal may still tell what became of the message."""
    return f"sender {worker} was not heard of again"
