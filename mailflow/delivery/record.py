"""Writing down what the server said of each message, if it is still this worker's to say."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, literal, or_, select, update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import lines_from, note_many
from mailflow.activity.words import Kind
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.delivery.buckets import learn
from mailflow.delivery.telling import count_sent, tell_conversations
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.among import among, among_given
from mailflow.foundation.database import columns
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message, is_held_by
from mailflow.outbox.rules import next_try
from mailflow.outbox.words import IN_HAND, Claimed, Policy, Reason, State

_LONGEST_REPLY = 200
_SAY_NOTHING = (Verdict.SENT, Verdict.NOT_TRIED)
"""Verdicts from which nothing is learnt about a provider."""

_m = columns(Message)
_OURS = (_m.epoch == bindparam("in_epoch")) & is_held_by("me") & (_m.state == State.SENDING.value)
_IN_DOUBT = (_m.epoch == bindparam("in_epoch")) & (_m.state == State.UNCERTAIN.value)
_THESE = update(Message.__table__).where(among_given(_m.id, "ids"))  # type: ignore[arg-type]
_SENT = (
    _THESE.where(_OURS | _IN_DOUBT)
    .values(state=State.SENT.value, reason=None, sent_at=bindparam("at"), reply=bindparam("words"), worker=None, lease_until=None)
    .returning(_m.id)
)
_KEPT = _THESE.where(_OURS).values(state=State.CLAIMED.value, attempt=_m.attempt - 1)
_SURELY_NOT = _THESE.where(_IN_DOUBT).values(state=State.PENDING.value, reason=None, attempt=_m.attempt - 1)
_WORDS = update(Message.__table__).where(_m.id == bindparam("row")).values(reply=bindparam("words"))  # type: ignore[arg-type]
_LINES = lines_from(
    select(
        bindparam("at", type_=_m.due_at.type).label("at"),
        literal(Kind.SENT.value).label("kind"),
        _m.person_key.label("subscriber_id"),
        _m.list_id,
        _m.mailing_id,
        _m.id.label("message_id"),
    ).where(among_given(_m.id, "ids"), _m.person_key > 0)  # tests to staff are nobody's history
)

Said = tuple[Claimed, Reply]
"""A message as it was claimed, and what the server said of it."""


def record(session: Session, said: Sequence[Said], worker: str, *, ring: Ring, now: datetime) -> None:
    """Settle each message this worker still holds by the epoch it was claimed with.

    A reply for a row that was taken away meanwhile changes nothing, but that it ends the doubt about it. What was not tried stays
    in the worker's hands, to pass the gate again. Those sent, nearly all on a good day, are settled together.
    """
    by_epoch: dict[tuple[Verdict, int], list[Said]] = defaultdict(list)
    for row, reply in said:
        by_epoch[reply.verdict, row.epoch].append((row, reply))
    for (verdict, epoch), some in by_epoch.items():
        if verdict == Verdict.SENT:
            _settle_sent(session, some, epoch, worker, now)
        elif verdict == Verdict.NOT_TRIED:
            _keep(session, some, epoch, worker)
        else:
            _settle_others(session, some, epoch, worker, ring=ring, now=now)
    if any(verdict not in _SAY_NOTHING for verdict, _ in by_epoch):
        learn(session, said, now=now)


def _settle_sent(session: Session, said: Sequence[Said], epoch: int, worker: str, now: datetime) -> None:
    connection = session.connection()
    texts = {row.id: reply.text[:_LONGEST_REPLY] or None for row, reply in said}
    same = set(texts.values())
    given = {"ids": list(texts), "me": worker, "in_epoch": epoch, "at": now, "words": same.pop() if len(same) == 1 else None}
    ids = list(connection.scalars(_SENT, given))
    if same and ids:
        connection.execute(_WORDS, [{"row": message_id, "words": texts[message_id]} for message_id in ids])
    connection.execute(_LINES, {"ids": ids, "at": now})
    settled = frozenset(ids)
    count_sent(session, [row for row, _ in said if row.id in settled], now=now)


def _keep(session: Session, said: Sequence[Said], epoch: int, worker: str) -> None:
    given = {"ids": [row.id for row, _ in said], "me": worker, "in_epoch": epoch}
    if session.connection().execute(_KEPT, given).rowcount < len(said):
        session.connection().execute(_SURELY_NOT, given)


def _is_ours(epoch: int, worker: str) -> ColumnElement[bool]:
    """Begun, or only claimed (a mail that cannot be made for anybody fails before it passes the gate), or given up for lost."""
    in_hand = and_(Message.worker == worker, Message.state.in_(IN_HAND))
    return and_(Message.epoch == epoch, or_(in_hand, Message.state == State.UNCERTAIN))


def _settle_others(session: Session, said: Sequence[Said], epoch: int, worker: str, *, ring: Ring, now: datetime) -> None:
    replies = {row.id: reply for row, reply in said}
    tell_conversations(session, said, now=now)
    known = select(Message, Mailing.policy).join(Mailing, Mailing.id == Message.mailing_id)
    rows = session.execute(known.where(among(Message.id, replies), _is_ours(epoch, worker))).all()
    for message, policy in rows:
        reply = replies[message.id]
        message.worker, message.lease_until = None, None
        message.reply = reply.text[:_LONGEST_REPLY] or None
        _settle(message, reply, policy, now=now)
        if message.reason == Reason.HARD_ADDRESS:
            suppress(session, message.address, SuppressionReason.HARD_BOUNCE, ring=ring, now=now)
    session.flush()
    note_many(
        session, [_bounced_line(message, now) for message, _ in rows if message.reason == Reason.HARD_ADDRESS and message.person_key > 0]
    )


def _settle(message: Message, reply: Reply, policy: str, *, now: datetime) -> None:
    if reply.verdict == Verdict.FAILED:
        message.state, message.reason = State.FAILED, reply.reason or Reason.UNKNOWN
    elif reply.verdict == Verdict.UNCERTAIN and (policy == Policy.HOLD or message.reason == Reason.INTERRUPTED):
        message.state, message.reason = State.UNCERTAIN, reply.reason or Reason.INTERRUPTED
    else:
        _wait(message, reply, now)


def _wait(message: Message, reply: Reply, now: datetime) -> None:
    message.first_due_at = message.first_due_at or message.due_at
    # Jitter needs no secrecy: it keeps a stopped server's return from being answered by everybody at once.
    again = next_try(message.attempt, first_due=message.first_due_at, now=now, jitter=random.random(), hint=reply.retry_after)  # noqa: S311
    if again is None:
        message.state, message.reason = State.FAILED, Reason.TOO_MANY_TRIES
    else:
        message.state, message.reason, message.due_at = State.DEFERRED, reply.reason or Reason.UNKNOWN, again


def _bounced_line(message: Message, now: datetime) -> dict[str, Any]:
    where = {"list_id": message.list_id, "mailing_id": message.mailing_id, "message_id": message.id}
    return {"at": now, "kind": Kind.BOUNCED, "subscriber_id": message.person_key, **where}
