"""Reads about who gets nothing: one address with its history, and the whole in figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Suppression, SuppressionLine
from mailflow.audience.suppression import mark_of, marks_of
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring


@dataclass(frozen=True)
class Known:
    """What is kept of one address, domain or digest: rows that hold now, and everything that ever happened, newest first."""

    rows: Sequence[Suppression]
    lines: Sequence[SuppressionLine]


def look_up(session: Session, typed: str, *, ring: Ring) -> Known | None:
    """What is known of what somebody typed; of an address its domain and digests too. None where it is none of the three."""
    mark = mark_of(typed, ring=ring)
    if mark is None:
        return None
    marks = list(marks_of(session, [typed], ring=ring)) if mark.form == "address" else [mark.text]
    rows = session.scalars(select(Suppression).where(among(Suppression.address_hash, marks)).order_by(Suppression.id))
    lines = select(SuppressionLine).where(among(SuppressionLine.address_hash, marks)).order_by(SuppressionLine.id.desc()).limit(50)
    return Known(list(rows), list(session.scalars(lines)))


def counted(session: Session) -> dict[str, int]:
    """How many are kept, by reason."""
    rows = session.execute(select(Suppression.reason, func.count()).group_by(Suppression.reason).order_by(func.count().desc()))
    return {reason: number for reason, number in rows}  # noqa: C416  # the pairs are rows


def domains(session: Session, limit: int = 100) -> list[Suppression]:
    """The domains that get nothing, newest first: these alone can be read."""
    kept = select(Suppression).where(Suppression.form == "domain").order_by(Suppression.id.desc()).limit(limit)
    return list(session.scalars(kept))


def lately(session: Session, limit: int = 20) -> list[SuppressionLine]:
    """What happened last."""
    return list(session.scalars(select(SuppressionLine).order_by(SuppressionLine.id.desc()).limit(limit)))
