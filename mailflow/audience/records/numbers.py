"""Numbers in mails that are already out, and whose they are now."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.records.models import FormerNumber


def number_now(session: Session, kind: Literal["subscriber", "subscription"], number: int) -> int:
    """The number that stands for this one since two records became one; the same where none did."""
    return session.scalar(select(FormerNumber.now).where(FormerNumber.kind == kind, FormerNumber.number == number)) or number
