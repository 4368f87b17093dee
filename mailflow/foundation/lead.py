"""One leads at a time among many machines: a row that its holder renews, by the database's clock, which is the same for all."""

from datetime import datetime, timedelta

from sqlalchemy import Interval, func, literal, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailflow.foundation.database import Base, Instant, columns
from mailflow.foundation.upsert import own_insert

LASTS = timedelta(seconds=8)
"""How long a lead holds without being renewed."""


class Lead(Base):
    """Who leads in something, and until when unless it is renewed."""

    __tablename__ = "lead"
    what: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


def take_lead(session: Session, what: str, holder: str) -> bool:
    """Whether ``holder`` leads from now on, for eight seconds more. PostgreSQL only: SQLite is one computer's, where a lock does."""
    now, lead = func.clock_timestamp(type_=Instant()), columns(Lead)
    until = now + literal(LASTS, Interval())
    asked = own_insert(session)(Lead.__table__).values(what=what, holder=holder, until=until)
    # One that ends later than any can is of a time before the server's clock was set back.
    free = or_(lead.holder == holder, lead.until < now, lead.until > now + literal(2 * LASTS, Interval()))
    taken = asked.on_conflict_do_update(index_elements=["what"], set_={"holder": holder, "until": until}, where=free)
    return bool(session.connection().execute(taken.execution_options(preserve_rowcount=True)).rowcount)


def give_up_lead(session: Session, what: str, holder: str) -> None:
    """Let another lead at once."""
    lead = columns(Lead)
    mine = update(Lead.__table__).where(lead.what == what, lead.holder == holder)  # type: ignore[arg-type]
    session.connection().execute(mine.values(until=func.clock_timestamp(type_=Instant())))
