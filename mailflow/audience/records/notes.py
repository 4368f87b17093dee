"""Notes of staff about a person: written, mended and taken away by their author alone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.records.models import Note

LONGEST = 2_000


def notes(session: Session, subscriber_id: int) -> list[Note]:
    """What was written about a person, newest first."""
    return list(session.scalars(select(Note).where(Note.subscriber_id == subscriber_id).order_by(Note.at.desc(), Note.id.desc())))


def write_note(session: Session, subscriber_id: int, text: str, *, by: int, now: datetime) -> Note | None:
    """A new note; None for an empty or over-long text, or a number that is nobody's."""
    clean = _clean(text)
    if not clean or session.get(Subscriber, subscriber_id) is None:
        return None
    note = Note(subscriber_id=subscriber_id, author_id=by, at=now, text=clean)
    session.add(note)
    session.flush()
    return note


def change_note(session: Session, note: Note, text: str, *, by: int, now: datetime) -> bool:
    """Mend one's own note; an empty text takes it away. False for another's, or an over-long text."""
    clean = _clean(text)
    if note.author_id != by or clean is None:
        return False
    if clean:
        note.text, note.changed_at = clean, now
    else:
        session.delete(note)
    session.flush()
    return True


def _clean(text: str) -> str | None:
    """Without what no database or page takes; None when it is too long."""
    clean = text.replace("\x00", "").replace("\r\n", "\n").strip()
    return clean if len(clean) <= LONGEST else None
