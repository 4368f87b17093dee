"""Who is blocked, as numbers of people: addresses are kept only as keyed hashes, so each person's is hashed and looked up."""

import threading

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Suppression
from mailflow.audience.suppression import marks_of
from mailflow.audience.words import Scope
from mailflow.foundation.ring import Ring


class Blocked:
    """One database's blocked people; people are hashed once, and again only when somebody is blocked or freed."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._lock = threading.Lock()
        self._mark: tuple[int, int] = (0, 0)
        self._upto = 0
        self._people: frozenset[int] = frozenset()

    def people(self, session: Session, ring: Ring) -> frozenset[int]:
        """Numbers of everybody whose address gets nothing, or no marketing."""
        found = session.execute(select(func.count(Suppression.id), func.coalesce(func.max(Suppression.id), 0))).one()
        with self._lock:
            if tuple(found) != self._mark:
                self._mark, self._upto, self._people = (found[0], found[1]), 0, frozenset()
            if found[0]:
                self._look(session, ring)
            return self._people

    def _look(self, session: Session, ring: Ring) -> None:
        new = session.execute(select(Subscriber.id, Subscriber.email_key).where(Subscriber.id > self._upto).order_by(Subscriber.id)).all()
        if not new:
            return
        wide = Suppression.scope.in_((Scope.EVERYTHING, Scope.MARKETING))
        known = set(session.scalars(select(Suppression.address_hash).where(wide)))
        numbers = {address: number for number, address in new}
        marks = marks_of(session, numbers, ring=ring)
        self._people |= {numbers[address] for mark in known & marks.keys() for address in marks[mark]}
        self._upto = new[-1][0]
