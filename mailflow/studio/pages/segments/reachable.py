"""Who is blocked in this installation, known from one request to the next."""

from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from mailflow.foundation.database import Database
from mailflow.segments.blocked import Blocked
from mailflow.studio.surroundings import current_database, current_ring

_KNOWN: WeakKeyDictionary[Database, Blocked] = WeakKeyDictionary()


def blocked_people(session: Session) -> frozenset[int]:
    """Numbers of everybody who may not be written to."""
    return _KNOWN.setdefault(current_database(), Blocked()).people(session, current_ring())
