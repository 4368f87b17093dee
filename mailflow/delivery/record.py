"""Writing down what the server said of each message, if it is still this worker's to say."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_many
from mailflow.activity.words import Kind
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.rules import next_try
from mailflow.outbox.words import Policy, Reason, State

_LONGEST_REPLY = 200


def record(session: Session, replies: Mapping[int, Reply], epochs: Mapping[int, int], worker: str, *, ring: Ring, now: datetime) -> None:
    """Settle each message this worker still holds with the ``epochs`` it claimed them by.

    A reply for a row that was taken away meanwhile changes nothing, but for one thing: "sent" ends the doubt about it.
    """
    known = select(Message, Mailing.policy).join(Mailing, Mailing.id == Message.mailing_id).where(Message.id.in_(replies))
    rows = [
        (message, policy)
        for message, policy in session.execute(known)
        if message.epoch == epochs.get(message.id) and _may_say(message, replies[message.id], worker)
    ]
    for message, policy in rows:
        reply = replies[message.id]
        message.worker, message.lease_until = None, None
        message.reply = reply.text[:_LONGEST_REPLY] or None
        _settle(message, reply, policy, now=now)
        if message.reason == Reason.HARD_ADDRESS:
            suppress(session, message.address, SuppressionReason.HARD_BOUNCE, ring=ring, now=now)
    session.flush()
    note_many(session, [line for message, _ in rows for line in _lines(message, now)])


def _may_say(message: Message, reply: Reply, worker: str) -> bool:
    if message.state == State.UNCERTAIN:
        return reply.verdict == Verdict.SENT
    return message.worker == worker and message.state == State.SENDING


def record_unrenderable(session: Session, ids: list[int], worker: str) -> None:
    """Messages that could not be made for their one person; everybody else's go on."""
    mine = select(Message).where(Message.id.in_(ids), Message.worker == worker)
    for message in session.scalars(mine):
        message.worker, message.lease_until = None, None
        message.state, message.reason = State.FAILED, Reason.RENDERING
    session.flush()


def _settle(message: Message, reply: Reply, policy: str, *, now: datetime) -> None:
    if reply.verdict == Verdict.SENT:
        message.state, message.reason, message.sent_at = State.SENT, None, now
    elif reply.verdict == Verdict.FAILED:
        message.state, message.reason = State.FAILED, reply.reason or Reason.UNKNOWN
    elif reply.verdict == Verdict.UNCERTAIN and policy == Policy.HOLD:
        message.state, message.reason = State.UNCERTAIN, reply.reason or Reason.INTERRUPTED
    elif reply.verdict == Verdict.NOT_TRIED:
        message.state, message.reason = State.PENDING, None
        message.attempt -= 1
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


def _lines(message: Message, now: datetime) -> list[dict[str, Any]]:
    """What the ledger says of it: taken by the next server, or refused for its address. Tests to staff are nobody's history."""
    kind = Kind.SENT if message.state == State.SENT else Kind.BOUNCED if message.reason == Reason.HARD_ADDRESS else None
    if kind is None or message.person_key < 0:
        return []
    where = {"list_id": message.list_id, "mailing_id": message.mailing_id, "message_id": message.id}
    return [{"at": now, "kind": kind, "subscriber_id": message.person_key, **where}]
