"""Looking at imports: which there are, how far each is, and for which there is something to do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.keeping import BLOCK
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import WORKED_ON, ImportState, Progress


def imports(session: Session, *, limit: int = 50) -> list[Import]:
    """The newest first."""
    return list(session.scalars(select(Import).order_by(Import.id.desc()).limit(limit)))


def by_token(session: Session, token: str) -> Import | None:
    """The one that a link names."""
    return session.scalar(select(Import).where(Import.token == token))


def waiting(session: Session) -> Sequence[int]:
    """Numbers of those with something to do."""
    return session.scalars(select(Import.id).where(Import.state.in_(WORKED_ON)).order_by(Import.id)).all()


def progress(brought: Import, *, now: datetime) -> Progress:
    """How far it is in the state it is in."""
    blocks = {ImportState.CHECKING: brought.tried, ImportState.UNDOING: brought.undone, ImportState.READING: brought.blocks}
    done = min(blocks.get(ImportState(brought.state), brought.done) * BLOCK, brought.rows)
    total = min(brought.done * BLOCK, brought.rows) if brought.state == ImportState.UNDOING else brought.rows
    total = 0 if brought.state == ImportState.READING else total
    seconds = max((now - brought.since).total_seconds(), 0.001)
    is_going, rate = brought.state in WORKED_ON, done / seconds
    known = is_going and brought.state != ImportState.READING and done > 0
    return Progress(
        state=ImportState(brought.state),
        done=done,
        total=total,
        rate=rate if is_going else 0.0,
        left_seconds=(total - done) / rate if known else None,
        expected=brought.expected,
        outcomes=brought.counts,
        marked=brought.marked,
        taken_back=brought.taken_back,
        since=brought.since,
    )
