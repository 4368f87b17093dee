"""One at a time, also where the database lets several write at once: SQLite's one writer is alone already."""

from hashlib import blake2b

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def be_alone(session: Session, what: str, who: str = "") -> None:
    """Wait until nobody else does ``what`` to ``who``; until this transaction ends, others wait for us.

    For questions whose answer must still hold when it is acted on: how many tries there were, who comes next.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(blake2b(f"{what} {who}".encode(), digest_size=8).digest(), "big", signed=True)
        session.connection().execute(select(func.pg_advisory_xact_lock(number)))
