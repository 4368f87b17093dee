"""Settling what dead workers had in hand: by their journals where these can be read, by their leases where not."""

from pathlib import Path

from mailflow.delivery.claim import LEASE, settle_abandoned
from mailflow.delivery.journal import Remains, remains
from mailflow.delivery.settle import settle_dead
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.watched import Watched


def settle_the_dead(database: Database, ring: Ring, journals: Path, leases: Watched) -> None:
    """Whoever gets a dead worker's lock settles its messages; its journal is taken away when all are.

    Leases are judged by a clock that ran evenly for as long as one lasts: after it was set, or we began, the living renew theirs first.
    """
    for left in remains(journals):
        try:
            _settle(database, ring, left)
        except BaseException:
            left.leave()
            raise
    if leases.even_for > LEASE:
        with database.begin() as session:
            settle_abandoned(session, now=leases.now())


def _settle(database: Database, ring: Ring, left: Remains) -> None:
    found = left.read()
    done = found is None
    while not done:
        with database.begin() as session:
            done = settle_dead(session, found, ring=ring, now=utc_now())  # type: ignore[arg-type]  # None is done already
    left.remove()
