"""The gate at work: what is true of each person now, the rule's answer, and the intent written down before anything leaves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, select, update
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.suppression import blocks
from mailflow.foundation.among import among_given
from mailflow.foundation.database import columns
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message, is_held_by
from mailflow.outbox.rules import Answer, Facts, Verdict, is_blocked, may_go
from mailflow.outbox.words import Claimed, State

_m, _s, _n = columns(Message), columns(Subscriber), columns(Subscription)
_MINE = among_given(_m.id, "ids") & is_held_by("me") & ((_m.state == State.CLAIMED.value) | (_m.state == State.SENDING.value))
"""Going already, and asked about again: a commit whose answer was lost had been kept after all."""
_NOW_TRUE = (
    select(_m.id, _m.mailing_id, _m.person_key, _m.list_id, _m.expires_at, _s.id, _s.silent_since, _n.state)
    .select_from(Message.__table__)
    .outerjoin(Subscriber.__table__, _s.id == _m.person_key)
    .outerjoin(Subscription.__table__, (_n.subscriber_id == _m.person_key) & (_n.list_id == _m.list_id))
    .where(_MINE)
)
_MAILINGS = select(Mailing.id, Mailing.kind, Mailing.state, Mailing.expires_at).where(among_given(Mailing.id, "ids"))
_THESE = update(Message.__table__).where(among_given(_m.id, "ids"))  # type: ignore[arg-type]
_GO = _THESE.values(state=State.SENDING.value, attempt=_m.attempt + 1)  # the reason stays: who was in doubt once is not so twice
_NO = _THESE.values(state=State.SKIPPED.value, reason=bindparam("why"), worker=None, lease_until=None)
_until = bindparam("until", type_=_m.due_at.type)
_LATER = _THESE.values(
    state=State.PENDING.value,
    reason=bindparam("why"),
    worker=None,
    lease_until=None,
    due_at=case((_m.due_at > _until, _m.due_at), else_=_until),
)


def pass_gate(session: Session, rows: Sequence[Claimed], worker: str, *, ring: Ring, now: datetime) -> frozenset[int]:
    """Ask the rule about messages this worker has claimed; the ids that may go now, each with its intent stored as "sending".

    The caller commits before it speaks to any server: what is not stored is not sent. One statement reads what is true of all of
    them, in the transaction that writes, so that nothing can change between question and answer.
    """
    if not rows:
        return frozenset()
    connection = session.connection()
    addresses = {row.id: row.address for row in rows}
    blocked = blocks(session, addresses.values(), ring=ring, now=now)
    true_now = connection.execute(_NOW_TRUE, {"ids": list(addresses), "me": worker}).all()
    mailings = _mailings(connection, {each[1] for each in true_now})
    by_facts: dict[Facts, list[int]] = defaultdict(list)
    for message_id, mailing_id, person_key, list_id, expires_at, known, silent_since, subscription in true_now:
        kind, state, expiry = mailings[mailing_id]
        facts = Facts(
            kind=kind,
            mailing_state=state,
            expires_at=expires_at or expiry,
            known=known is not None or person_key < 0,
            subscription=subscription,
            has_list=list_id is not None,
            suppressed=bool(blocked) and is_blocked(blocked.get(addresses[message_id], ()), kind, list_id),
            silent=silent_since is not None,
        )
        by_facts[facts].append(message_id)
    going: list[int] = []
    for facts, ids in by_facts.items():  # nearly everybody's are the same
        verdict = may_go(facts, now=now)
        _write(connection, verdict, ids, now)
        going += ids if verdict.answer == Answer.GO else ()
    return frozenset(going)


def _mailings(connection: Connection, ids: set[int]) -> Mapping[int, tuple[str, str, datetime | None]]:
    return {mailing_id: (kind, state, expiry) for mailing_id, kind, state, expiry in connection.execute(_MAILINGS, {"ids": list(ids)})}


def _write(connection: Connection, verdict: Verdict, ids: list[int], now: datetime) -> None:
    if verdict.answer == Answer.GO:
        connection.execute(_GO, {"ids": ids})
    elif verdict.answer == Answer.NO:
        connection.execute(_NO, {"ids": ids, "why": verdict.reason})
    else:
        connection.execute(_LATER, {"ids": ids, "why": verdict.reason, "until": verdict.until or now})
