"""Erasing a person: what names her goes from every table; what stays are numbers that nobody can be found by, and a keyed hash.

A table that bears a person's number or words and is named nowhere here makes a test fail.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import ImportBlock
from mailflow.audience.models import Subscriber
from mailflow.audience.records.models import FormerAddress
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.accounts.models import KeptAnswer
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Message
from mailflow.outbox.words import OPEN_STATES, Reason, State

WITH_HER = frozenset({
    "code", "confirmation_request", "consent", "engagement", "enrolment", "former_address", "former_number", "note", "profile_value",
    "purchase", "search_due", "search_key", "segment_member", "subscription",
})  # fmt: skip
"""Rows that the database deletes with her own."""
LEFT_NAMELESS = frozenset({"activity", "message", "order"})
"""Rows that stay for what they count: without address, words or owner."""
SEARCHED = frozenset({"import_block", "kept_answer"})
"""Rows that may hold her address among others'."""
_QUIET: dict[str, Any] = {"synchronize_session": False}


def erase(session: Session, subscriber_id: int, *, ring: Ring, now: datetime, by: str = "", note: str = "") -> bool:
    """Forget a person (GDPR article 17); her addresses are never written to again unless she herself signs up. False: nobody's number."""
    person = session.get(Subscriber, subscriber_id)
    if person is None:
        return False
    former = select(FormerAddress.email).where(FormerAddress.subscriber_id == subscriber_id)
    addresses = {person.email, *session.scalars(former)}
    for address in sorted(addresses):
        suppress(session, address, SuppressionReason.ERASED, ring=ring, now=now, by=by, note=note)
    _leave_nameless(session, subscriber_id)
    _search(session, {address.lower() for address in addresses})
    session.delete(person)
    session.flush()
    return True


def _leave_nameless(session: Session, subscriber_id: int) -> None:
    """What waits is not sent; of what was sent nothing is kept but that it was."""
    hers = update(Message).where(Message.person_key == subscriber_id).execution_options(**_QUIET)
    waiting = {"state": State.SKIPPED.value, "reason": Reason.ERASED.value, "worker": None, "lease_until": None}
    session.execute(hers.where(Message.state.in_(OPEN_STATES)).values(waiting))
    session.execute(hers.values(address="", reply=None, context={}))


def _search(session: Session, addresses: Iterable[str]) -> None:
    for address in addresses:
        session.execute(delete(KeptAnswer).where(_holds(KeptAnswer.body, address)).execution_options(**_QUIET))
        holding = or_(_holds(ImportBlock.rows, address), _holds(ImportBlock.judged, address), _holds(ImportBlock.outcomes, address))
        for block in session.scalars(select(ImportBlock).where(holding)):
            block.rows = [_row_without(row, address) for row in block.rows]
            block.judged = [None if one and str(one[0]).lower() == address else one for one in block.judged]
            block.outcomes = [_note_without(one, address) for one in block.outcomes]


def _holds(column: Any, address: str) -> ColumnElement[bool]:
    return func.lower(cast(column, String)).contains(address, autoescape=True)


def _row_without(row: list[Any], address: str) -> list[Any]:
    number, broken, cells = row
    return [number, broken, [] if any(address in str(cell).lower() for cell in cells) else cells]


def _note_without(one: Any, address: str) -> Any:
    return [*one[:-1], ""] if isinstance(one, list) and one and address in str(one[-1]).lower() else one
