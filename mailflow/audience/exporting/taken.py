"""Writing down that somebody takes people's data out (GDPR article 5.2)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Export


def take_out(session: Session, by: str, form: str, what: str, columns: Sequence[str], *, now: datetime) -> Export:
    """A line, before the first row leaves; how many left is written when it has ended."""
    line = Export(at=now, by=by, form=form, what=what, columns=list(columns), rows=None)
    session.add(line)
    session.flush()
    return line


def ended(session: Session, number: int, rows: int) -> None:
    """So many people's data left."""
    session.get_one(Export, number).rows = rows


def taken_lately(session: Session, limit: int = 20) -> list[Export]:
    """The newest lines."""
    return list(session.scalars(select(Export).order_by(Export.id.desc()).limit(limit)))
