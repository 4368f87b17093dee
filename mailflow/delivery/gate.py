"""The gate at work: what is true of each person now, the rule's answer, and the intent written down before anything leaves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.suppression import suppressed
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.rules import Answer, Facts, Verdict, may_go
from mailflow.outbox.words import State


def pass_gate(session: Session, ids: Sequence[int], worker: str, *, ring: Ring, now: datetime) -> list[int]:
    """Ask the rule about messages this worker has claimed; the ids that may go now, each with its intent stored as "sending".

    The caller commits before it speaks to any server: what is not stored is not sent.
    """
    mine = select(Message, Mailing).join(Mailing, Mailing.id == Message.mailing_id)
    rows = session.execute(mine.where(Message.id.in_(ids), Message.worker == worker, Message.state == State.CLAIMED)).all()
    hashes = {message.id: ring.hash(message.address) for message, _ in rows}
    blocked = suppressed(session, list(hashes.values()))
    people = _people(session, [message for message, _ in rows])
    going = []
    for message, mailing in rows:
        subscription, silent, known = people.get((message.person_key, message.list_id), (None, False, message.person_key < 0))
        facts = Facts(
            kind=mailing.kind,
            mailing_state=mailing.state,
            expires_at=message.expires_at or mailing.expires_at,
            known=known,
            subscription=subscription,
            has_list=message.list_id is not None,
            suppressed=hashes[message.id] in blocked,
            silent=silent,
        )
        if _apply(message, may_go(facts, now=now), now):
            going.append(message.id)
    session.flush()
    return going


def _people(session: Session, messages: Sequence[Message]) -> dict[tuple[int, int | None], tuple[str | None, bool, bool]]:
    """(subscription state, silent, known) by person and list, read in one statement."""
    ids = {message.person_key for message in messages}
    rows = session.execute(
        select(Subscriber.id, Subscriber.silent_since, Subscription.list_id, Subscription.state)
        .outerjoin(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscriber.id.in_(ids))
    )
    known: dict[tuple[int, int | None], tuple[str | None, bool, bool]] = {}
    for subscriber_id, silent_since, list_id, state in rows:
        known[(subscriber_id, list_id)] = (state, silent_since is not None, True)
        known[(subscriber_id, None)] = (None, silent_since is not None, True)
    return known


def _apply(message: Message, verdict: Verdict, now: datetime) -> bool:
    if verdict.answer == Answer.GO:
        message.state, message.reason = State.SENDING, None
        message.attempt += 1
        return True
    message.worker, message.lease_until, message.reason = None, None, verdict.reason
    message.state = State.PENDING if verdict.answer == Answer.LATER else State.SKIPPED
    if verdict.answer == Answer.LATER:
        message.due_at = max(message.due_at, verdict.until or now)
    return False
