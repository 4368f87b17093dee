"""Reads for pages: newsletters, the latest first."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.content.models import Newsletter


def newsletters(session: Session) -> list[Newsletter]:
    """Every newsletter, the one changed last first."""
    return list(session.scalars(select(Newsletter).order_by(Newsletter.changed_at.desc(), Newsletter.id.desc())))


def newsletter(session: Session, newsletter_id: int) -> Newsletter | None:
    """One newsletter, or None."""
    return session.get(Newsletter, newsletter_id)
