"""The gate at work: what is true of each person now, the rule's answer, and the intent written down before anything leaves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.suppression import suppressed
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.rules import Answer, Facts, Verdict, may_go
from mailflow.outbox.words import Claimed, State

_QUIETLY = {"synchronize_session": False}
_NOW_TRUE = (
    select(Message.id, Message.list_id, Message.expires_at, Message.mailing_id, Message.person_key)
    .add_columns(Subscriber.id.label("subscriber_id"), Subscriber.silent_since, Subscription.state.label("subscription"))
    .outerjoin(Subscriber, Subscriber.id == Message.person_key)
    .outerjoin(Subscription, (Subscription.subscriber_id == Message.person_key) & (Subscription.list_id == Message.list_id))
)


def pass_gate(session: Session, rows: Sequence[Claimed], worker: str, *, ring: Ring, now: datetime) -> frozenset[int]:
    """Ask the rule about messages this worker has claimed; the ids that may go now, each with its intent stored as "sending".

    The caller commits before it speaks to any server: what is not stored is not sent. One statement reads what is true of all of
    them, in the transaction that writes, so that nothing can change between question and answer.
    """
    mine = _NOW_TRUE.where(Message.id.in_([row.id for row in rows]), Message.worker == worker, Message.state == State.CLAIMED)
    facts = session.execute(mine).all()
    mailings = _mailings(session, {each.mailing_id for each in facts})
    hashes = {row.id: ring.hash(row.address) for row in rows}
    blocked = suppressed(session, list(hashes.values()))
    answers: dict[Facts, Verdict] = {}
    by_verdict: dict[Verdict, list[int]] = defaultdict(list)
    for each in facts:
        known = _facts(each, mailings[each.mailing_id], is_suppressed=hashes[each.id] in blocked)
        verdict = answers.get(known) or answers.setdefault(known, may_go(known, now=now))
        by_verdict[verdict].append(each.id)
    for verdict, ids in by_verdict.items():
        session.execute(update(Message).where(Message.id.in_(ids)).values(_changes(verdict, now)).execution_options(**_QUIETLY))
    return frozenset(_going(by_verdict))


def _mailings(session: Session, ids: set[int]) -> Mapping[int, Any]:
    wanted = select(Mailing.id, Mailing.kind, Mailing.state, Mailing.expires_at).where(Mailing.id.in_(ids))
    return {row.id: row for row in session.execute(wanted)}


def _facts(each: Any, mailing: Any, *, is_suppressed: bool) -> Facts:
    return Facts(
        kind=mailing.kind,
        mailing_state=mailing.state,
        expires_at=each.expires_at or mailing.expires_at,
        known=each.subscriber_id is not None or each.person_key < 0,
        subscription=each.subscription,
        has_list=each.list_id is not None,
        suppressed=is_suppressed,
        silent=each.silent_since is not None,
    )


def _going(by_verdict: Mapping[Verdict, Iterable[int]]) -> list[int]:
    return [message_id for verdict, ids in by_verdict.items() if verdict.answer == Answer.GO for message_id in ids]


def _changes(verdict: Verdict, now: datetime) -> dict[str, Any]:
    if verdict.answer == Answer.GO:
        return {"state": State.SENDING, "attempt": Message.attempt + 1}  # its reason stays: who was in doubt once is not so twice
    changes: dict[str, Any] = {"worker": None, "lease_until": None, "reason": verdict.reason}
    if verdict.answer == Answer.NO:
        return changes | {"state": State.SKIPPED}
    until = verdict.until or now
    return changes | {"state": State.PENDING, "due_at": case((Message.due_at > until, Message.due_at), else_=until)}
