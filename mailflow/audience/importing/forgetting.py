"""Deleting what imports keep of people once nobody needs the report; what became of the rows stays counted (GDPR article 5.1.e)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import, ImportBlock, ImportPiece
from mailflow.audience.importing.words import WORKED_ON, ImportState
from mailflow.foundation.among import among

_AT_ONCE = 10
"""Blocks deleted by one transaction."""
_UPLOAD = timedelta(days=1)
"""An upload that did not end by then never will."""


def due(session: Session, *, now: datetime, days: int) -> list[int]:
    """Numbers of imports whose rows are to be deleted: so long ended, or left waiting for somebody."""
    waits = (Import.state.not_in(WORKED_ON), Import.since < now - timedelta(days=days))
    unended = (Import.state == ImportState.UPLOADING, Import.since < now - _UPLOAD)
    both = or_(waits[0] & waits[1], unended[0] & unended[1])
    begun = or_(*(Import.id.in_(select(kept.import_id)) for kept in (ImportPiece, ImportBlock)))
    return list(
        session.scalars(select(Import.id).where(or_(Import.forgotten_at.is_(None) & both, Import.forgotten_at.is_not(None) & begun)))
    )


def forget_some(session: Session, number: int, *, now: datetime) -> bool:
    """Delete the next blocks of one; whether there are more. From the first on nobody can start it or take it back."""
    brought = session.scalars(select(Import).where(Import.id == number).with_for_update()).one()
    if brought.state in WORKED_ON:  # somebody went on with it meanwhile
        return False
    if brought.forgotten_at is None:
        brought.forgotten_at, brought.sample = now, []
        if not brought.done and brought.state != ImportState.FAILED:  # nobody came in by it
            brought.state, brought.since = ImportState.CANCELLED, now
    for kept in (ImportPiece, ImportBlock):
        places = list(session.scalars(select(kept.position).where(kept.import_id == number).limit(_AT_ONCE)))
        if places:
            session.execute(delete(kept).where(kept.import_id == number, among(kept.position, places)))
            return True
    return False
