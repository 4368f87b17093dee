"""Writing down what the server said of each message, if it is still this worker's to say."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, literal, or_, select, update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_many, note_selected
from mailflow.activity.words import Kind
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.delivery.telling import count_sent, tell_conversations
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.rules import next_try
from mailflow.outbox.words import Claimed, Policy, Reason, State

_LONGEST_REPLY = 200
_QUIETLY = {"synchronize_session": False}

Said = tuple[Claimed, Reply]
"""A message as it was claimed, and what the server said of it."""


def record(session: Session, said: Sequence[Said], worker: str, *, ring: Ring, now: datetime) -> None:
    """Settle each message this worker still holds by the epoch it was claimed with.

    A reply for a row that was taken away meanwhile changes nothing, but for one thing: "sent" ends the doubt about it. What was
    not tried stays in the worker's hands, to pass the gate again. Those sent, nearly all on a good day, are settled together.
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


def _settle_sent(session: Session, said: Sequence[Said], epoch: int, worker: str, now: datetime) -> None:
    texts = {row.id: reply.text[:_LONGEST_REPLY] or None for row, reply in said}
    same = set(texts.values())
    changes: dict[str, Any] = {"state": State.SENT, "reason": None, "sent_at": now, "worker": None, "lease_until": None}
    if len(same) == 1:
        changes["reply"] = same.pop()
    in_doubt = Message.state == State.UNCERTAIN
    ours = and_(Message.epoch == epoch, or_(and_(Message.worker == worker, Message.state == State.SENDING), in_doubt))
    settled = update(Message).where(Message.id.in_(texts), ours).values(changes).returning(Message.id)
    ids = list(session.scalars(settled.execution_options(**_QUIETLY)))
    if same:
        _write_replies(session, {message_id: texts[message_id] for message_id in ids})
    note_selected(session, _sent_lines(ids, now))
    count_sent(session, [row for row, _ in said], now=now)


def _write_replies(session: Session, texts: Mapping[int, str | None]) -> None:
    if texts:
        table = Message.__table__
        each = update(table).where(table.c.id == bindparam("row")).values(reply=bindparam("words"))  # type: ignore[arg-type]
        session.connection().execute(each, [{"row": message_id, "words": words} for message_id, words in texts.items()])


def _sent_lines(ids: Sequence[int], now: datetime) -> Any:
    """Tests to staff are nobody's history."""
    return select(
        literal(now, Message.due_at.type).label("at"),
        literal(Kind.SENT.value).label("kind"),
        Message.person_key.label("subscriber_id"),
        Message.list_id,
        Message.mailing_id,
        Message.id.label("message_id"),
    ).where(Message.id.in_(ids), Message.person_key > 0)


def _keep(session: Session, said: Sequence[Said], epoch: int, worker: str) -> None:
    back = update(Message).where(Message.id.in_([row.id for row, _ in said]), _is_ours(epoch, worker))
    session.execute(back.values(state=State.CLAIMED, attempt=Message.attempt - 1).execution_options(**_QUIETLY))


def _is_ours(epoch: int, worker: str) -> ColumnElement[bool]:
    return and_(Message.epoch == epoch, Message.worker == worker, Message.state == State.SENDING)


def _settle_others(session: Session, said: Sequence[Said], epoch: int, worker: str, *, ring: Ring, now: datetime) -> None:
    replies = {row.id: reply for row, reply in said}
    tell_conversations(session, said, now=now)
    known = select(Message, Mailing.policy).join(Mailing, Mailing.id == Message.mailing_id)
    rows = session.execute(known.where(Message.id.in_(replies), _is_ours(epoch, worker))).all()
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
