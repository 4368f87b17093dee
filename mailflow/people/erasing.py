"""Erasing a person: what names her goes from every table; what stays are numbers that nobody can be found by, and a keyed hash.

A table that bears a person's number or words and is named nowhere here makes a test fail.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.records.models import FormerAddress
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.accounts.models import KeptAnswer
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.slices import each_alone
from mailflow.outbox.models import Message
from mailflow.outbox.words import WAITING, Reason, State
from mailflow.people.erasing_files import clear_files

WITH_HER = frozenset({
    "code", "confirmation_request", "consent", "engagement", "enrolment", "former_address", "former_number", "note", "profile_value",
    "purchase", "search_due", "search_key", "segment_member", "subscription",
})  # fmt: skip
"""Rows that the database deletes with her own."""
LEFT_NAMELESS = frozenset({"activity", "message", "order"})
"""Rows that stay for what they count: without address, words or owner."""
SEARCHED = frozenset({"import", "import_block", "import_piece", "kept_answer"})
"""Rows that may hold her address among others'."""
_QUIET: dict[str, Any] = {"synchronize_session": False}


def erase(database: Database, subscriber_id: int, *, ring: Ring, now: datetime, by: str = "", note: str = "") -> bool:
    """Forget a person (GDPR article 17); her addresses are never written to again unless she herself signs up. False: nobody's number.

    What imports keep goes first, in many short transactions; she herself last, in one: killed in between, it is done again from the start.
    """
    with database.read() as session:
        addresses = _addresses(session, subscriber_id)
    if addresses:
        clear_files(database, addresses, now=now)
    told = {"by": by, "note": note}
    erased: list[bool] = []
    each_alone(database, [subscriber_id], lambda session, number: erased.append(_erase(session, number, ring=ring, now=now, told=told)))
    return erased[0]


def _addresses(session: Session, subscriber_id: int) -> set[str]:
    """Hers, and those she had that are nobody else's by now."""
    present = select(Subscriber.email).where(Subscriber.id == subscriber_id)
    others = select(Subscriber.email_key).where(Subscriber.id != subscriber_id)
    former = select(FormerAddress.email).where(FormerAddress.subscriber_id == subscriber_id, FormerAddress.email_key.not_in(others))
    return {*session.scalars(present), *session.scalars(former)}


def _erase(session: Session, subscriber_id: int, *, ring: Ring, now: datetime, told: dict[str, str]) -> bool:
    person = session.get(Subscriber, subscriber_id)
    if person is None:
        return False
    for address in sorted(_addresses(session, subscriber_id)):
        suppress(session, address, SuppressionReason.ERASED, ring=ring, now=now, **told)
        answers = delete(KeptAnswer).where(func.lower(KeptAnswer.body).contains(address.lower(), autoescape=True))
        session.execute(answers.execution_options(**_QUIET))
    _leave_nameless(session, subscriber_id)
    session.delete(person)
    session.flush()
    return True


def _leave_nameless(session: Session, subscriber_id: int) -> None:
    """What waits is not sent; of what was sent nothing is kept but that it was. What is on the wire now, its sender tells of."""
    hers = update(Message).where(Message.person_key == subscriber_id).execution_options(**_QUIET)
    waiting = {"state": State.SKIPPED.value, "reason": Reason.ERASED.value, "worker": None, "lease_until": None}
    session.execute(hers.where(Message.state.in_((*WAITING, State.CLAIMED))).values(waiting))
    session.execute(hers.values(address="", reply=None, context={}))
