"""What somebody said no to goes with her to another address."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience.models import Suppression, SuppressionLine
from mailflow.foundation.ring import Ring
from mailflow.people.planning import burdens


def take_over(session: Session, email: str, former: str, *, ring: Ring, by: str, now: datetime) -> list[str]:
    """Block the address for the reasons for which the person herself had the former one blocked; their words."""
    reasons = []
    for row in burdens(session, email, former, ring=ring):
        mark = {"address_hash": ring.hash(email), "scope": row.scope, "reason": row.reason, "at": now, "by": by, "note": ""}
        session.add(Suppression(form="address", asked_until=row.asked_until, **mark))
        session.add(SuppressionLine(event="added", **mark))
        reasons.append(row.reason)
    session.flush()
    return reasons
