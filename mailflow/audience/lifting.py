"""Taking somebody off what is kept of who gets nothing: by staff with a reason, or by her own fresh confirmation."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Suppression, SuppressionLine
from mailflow.audience.suppression import marks_of
from mailflow.audience.words import HERS_ALONE, Scope, of_list
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring

ASKED_FOR = timedelta(days=7)
"""How long she may sign up again after staff let her: as long as a confirmation's link lives."""


class Lifted(StrEnum):
    """What became of lifting."""

    LIFTED = "lifted"
    ASKED = "asked"
    """She may sign up again; her confirmation lifts it."""
    HERS_ALONE = "hers-alone"
    NO_NOTE = "no-note"
    UNKNOWN = "unknown"


def lift(session: Session, number: int, *, by: str, note: str, now: datetime) -> Lifted:
    """Let mail go there again; never to who complained or was erased, and never without saying why."""
    row = session.get(Suppression, number)
    if row is None:
        return Lifted.UNKNOWN
    if not note.strip():
        return Lifted.NO_NOTE
    if row.reason in HERS_ALONE:
        return Lifted.HERS_ALONE
    _lift(session, row, by=by, note=note.strip(), now=now)
    return Lifted.LIFTED


def let_her_ask(session: Session, number: int, *, by: str, note: str, now: datetime) -> Lifted:
    """For a week, whoever owns the address may sign up anew: the mail to confirm it goes, and her button lifts all."""
    row = session.get(Suppression, number)
    if row is None:
        return Lifted.UNKNOWN
    if not note.strip():
        return Lifted.NO_NOTE
    row.asked_until = now + ASKED_FOR
    _tell(session, row, "asked", by=by, note=note.strip(), now=now)
    return Lifted.ASKED


def hers_to_lift(session: Session, address: str, list_ids: Collection[int], *, ring: Ring) -> list[int]:
    """The rows that her confirmation of these lists lifts: whatever is kept of her own address, and no domain."""
    marks = [mark for mark in marks_of(session, [address], ring=ring) if not mark.startswith("@")]
    scopes = [Scope.EVERYTHING.value, Scope.MARKETING.value, *map(of_list, list_ids)]
    return list(session.scalars(select(Suppression.id).where(among(Suppression.address_hash, marks), Suppression.scope.in_(scopes))))


def lift_confirmed(session: Session, numbers: Sequence[int], proof: str, *, now: datetime) -> None:
    """Lift what the owner of the address lifted by her own button (LOPDGDD article 23.4: who agrees herself need not be looked up)."""
    for row in session.scalars(select(Suppression).where(among(Suppression.id, list(numbers)))) if numbers else ():
        _lift(session, row, by="", note=proof, now=now)


def _lift(session: Session, row: Suppression, *, by: str, note: str, now: datetime) -> None:
    _tell(session, row, "lifted", by=by, note=note, now=now)
    session.delete(row)
    session.flush()


def _tell(session: Session, row: Suppression, event: str, *, by: str, note: str, now: datetime) -> None:
    facts = {"address_hash": row.address_hash, "scope": row.scope, "reason": row.reason}
    session.add(SuppressionLine(at=now, event=event, by=by, note=note, **facts))
