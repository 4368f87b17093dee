"""Whether a sender may begin anything: its leases are renewed, its database is its own, its disk has room."""

import time
from collections.abc import Sequence
from datetime import datetime

from mailflow.delivery.claim import renew
from mailflow.delivery.outlet import Health
from mailflow.delivery.telling import tell_worker, tidy
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.disk import lacks_room
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.watched import Watched, shared_now
from mailflow.scheduler.recovery import settle_the_dead
from mailflow.scheduler.standing import LASTING, Standing

_TRUST = 5.0
"""Seconds without a renewal after which nothing more is begun: another worker may soon hold our messages for abandoned."""


class Tenure:
    """One worker's right to its messages, renewed every few seconds."""

    def __init__(self, database: Database, settings: Settings, ring: Ring, worker: str) -> None:
        """Trusted from now on for as long as one renewal lasts."""
        self._database, self._settings, self._ring, self._worker = database, settings, ring, worker
        self.journals = settings.home / "journal"
        self.leases = Watched()
        self._standing = Standing(database, settings)
        self._full = ""
        self._renewed = time.monotonic()

    @property
    def held(self) -> str:
        """Why nothing may be begun, or ""."""
        return self._standing.word or self._full

    @property
    def is_over(self) -> bool:
        """Whether only a new process can go on."""
        return self.held in LASTING

    def is_good(self) -> bool:
        """Whether more may be begun."""
        return not self.held and time.monotonic() - self._renewed < _TRUST

    def renew(self, *, started: datetime, in_hand: int, routes: Sequence[Health]) -> None:
        """Hold on to the leases, look after the dead, mind the disk."""
        self._full = "disk" if lacks_room(self._settings.home) else ""
        with self._database.begin() as session:
            now = utc_now()
            self.leases.look(shared_now(session))
            renew(session, self._worker, now=self.leases.now())
            self._standing.count(session, now=now)
            tell_worker(session, self._worker, started=started, in_hand=in_hand, held=self.held, routes=routes, now=now)
            tidy(session, now=now)
        self._standing.keep()
        self._renewed = time.monotonic()
        if not self._standing.word:  # what a copy has in hand another may be sending
            settle_the_dead(self._database, self._ring, self.journals, self.leases)

    def look_again(self) -> None:
        """Why it could not be renewed: not the database may be away, but its tables be others."""
        self._standing.look()
