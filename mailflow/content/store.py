"""Keeping what a mailing was compiled to, and its links where clicks find them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.content.models import Compilation
from mailflow.content.words import Compiled
from mailflow.outbox.models import Link, Mailing


def kept(session: Session, mailing_id: int, language: str) -> Compilation | None:
    """The mailing's compilation in a language, if it was made."""
    return session.scalar(select(Compilation).where(Compilation.mailing_id == mailing_id, Compilation.language == language))


def keep(session: Session, mailing: Mailing, language: str, compiled: Compiled, *, now: datetime) -> Compilation:
    """Freeze it for this mailing; the first one kept stays, since mails made from it may be out."""
    if (found := kept(session, mailing.id, language)) is not None:
        return found
    before = session.scalar(select(func.max(Link.number)).where(Link.mailing_id == mailing.id)) or 0
    session.add_all(Link(mailing_id=mailing.id, number=before + n, url=url) for n, url in enumerate(compiled.links, start=1))
    made = Compilation(mailing_id=mailing.id, language=language, compiled=compiled.to_dict(), first_link=before, created_at=now)
    session.add(made)
    session.flush()
    return made
