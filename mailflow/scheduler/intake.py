"""What claimed messages say is read on their way into the sender's hand, by halves where something cannot be read."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.exc import OperationalError

from mailflow.delivery.hand import Hand
from mailflow.delivery.letters import Press
from mailflow.delivery.outlet import Transport
from mailflow.outbox.words import Claimed, Lane, Reason
from mailflow.scheduler.gathering import Gathered

_AGAIN_SECONDS = 0.25
_FEW = 5
"""Up to so many of a batch whose mails cannot be read are looked upon as faults of theirs."""
_log = logging.getLogger(__name__)


class Intake:
    """Reads for one sender what its messages say, beside its turns."""

    def __init__(
        self, hand: Hand, press: Press, transport: Transport, *, read: Callable[[Sequence[Claimed]], Gathered], poke: Callable[[], None]
    ) -> None:
        """``read`` asks the database, in a thread; ``poke`` tells the sender that there is something to do."""
        self._hand, self._press, self._transport = hand, press, transport
        self._ask, self._poke = read, poke
        self._coming: dict[asyncio.Task[None], Sequence[Claimed]] = {}

    def __bool__(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._coming)

    def rows(self) -> list[Claimed]:
        """The messages on their way."""
        return [row for rows in self._coming.values() for row in rows]

    def lanes(self) -> Mapping[Lane, int]:
        """How many of each lane are on their way."""
        coming = [row.lane for row in self.rows()]
        return {lane: coming.count(lane) for lane in Lane}

    def take(self, claimed: Sequence[Claimed]) -> None:
        """Mails that must be compiled first keep the others waiting no longer than needed: they are read apart."""
        new = [row for row in claimed if not self._press.has(row.mailing_id, row.language)]
        known = [row for row in claimed if self._press.has(row.mailing_id, row.language)]
        for rows in filter(None, (known, new)):
            self._coming[asyncio.create_task(self._bring_in(rows))] = rows

    async def end(self) -> None:
        """Until everything that was on its way is in hand, or was let go."""
        await asyncio.gather(*self._coming, return_exceptions=True)

    async def _bring_in(self, rows: Sequence[Claimed]) -> None:
        unread: list[Claimed] = []
        try:
            await self._hold(rows, unread)
            if len(unread) > _FEW or len(unread) == len(rows):  # no matter of one person: a fault of ours, and they wait until it is mended
                self._hand.refuse(unread, Reason.OWN_FAULT)
            else:
                self._hand.spoilt(unread)
        finally:
            self._coming.pop(asyncio.current_task())  # type: ignore[arg-type]  # a task runs this
            self._poke()

    async def _hold(self, rows: Sequence[Claimed], unread: list[Claimed]) -> None:
        """Take in hand what these say; where that fails, half by half until it is known of whom it cannot be read."""
        try:
            while (gathered := await self._read(rows)) is None and self._hand.open:
                await asyncio.sleep(_AGAIN_SECONDS)
            if gathered:
                self._hand.hold(gathered.rows, gathered.batch, self._transport.choose)
                self._hand.spoilt(gathered.broken)
        except Exception:
            if len(rows) == 1 or len(unread) > _FEW:
                _log.exception("what %d messages say could not be read, that of %d among them", len(rows), rows[0].id)
                unread += rows
                return
            middle = len(rows) // 2
            await self._hold(rows[:middle], unread)
            await self._hold(rows[middle:], unread)

    async def _read(self, rows: Sequence[Claimed]) -> Gathered | None:
        try:
            return await asyncio.to_thread(self._ask, rows)
        except OperationalError:
            _log.exception("the database did not answer; trying again")
            return None
