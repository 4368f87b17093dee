"""What somebody said no to goes with her to another address."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.ring import Ring
from mailflow.people.planning import burdens


def take_over(session: Session, email: str, former: str, *, ring: Ring, by: str, now: datetime) -> list[str]:
    """Block the address for the reasons for which the person herself had the former one blocked; their words.

    Whether she may be asked to come back was granted to the former address alone.
    """
    reasons = []
    for row in burdens(session, email, former, ring=ring):
        suppress(session, email, SuppressionReason(row.reason), ring=ring, now=now, scope=row.scope, by=by)
        reasons.append(row.reason)
    return reasons
