"""The sender's loop: claim, pass the gate, commit, send, record. No transaction is open while a server is spoken to."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextlib import suppress as ignoring
from typing import TypeVar

from mailflow.delivery.claim import RENEW_EVERY, claim, hand_back, is_due, let_go_of_strays, put_off
from mailflow.delivery.courtesy import Courtesy, courtesy
from mailflow.delivery.facts import Batch
from mailflow.delivery.gate import pass_gate
from mailflow.delivery.hand import Hand
from mailflow.delivery.journal import Journal
from mailflow.delivery.letters import Press
from mailflow.delivery.outlet import Envelope, open_transport
from mailflow.delivery.record import Said, record
from mailflow.delivery.telling import forget_worker
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.words import Claimed, Lane, Reason
from mailflow.scheduler.forward import Forward
from mailflow.scheduler.gathering import Gathered, gather
from mailflow.scheduler.intake import Intake
from mailflow.scheduler.naming import own_name
from mailflow.scheduler.pace import Pace
from mailflow.scheduler.standing import NO_ANSWER
from mailflow.scheduler.tenure import Tenure
from mailflow.scheduler.ways import Ways

_IDLE_SECONDS = 0.25
_LAST_TRIES = 20
_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)


class Sender:
    """One worker: sends what is due until told to stop.

    Each turn is one short transaction in a thread of its own: what was answered is recorded, as many pass the gate as will begin
    within its 80 ms, more are claimed ahead. Meanwhile the loop's thread makes mails and speaks to servers.
    """

    def __init__(self, database: Database, settings: Settings, ring: Ring) -> None:
        """A worker with a name of its own; it opens the transport that ``settings`` name. OSError: no room for its journal."""
        self.database, self.settings, self.ring = database, settings, ring
        self.worker = own_name()
        self._tenure = Tenure(database, settings, ring, self.worker)
        self._journal = Journal(self._tenure.journals, self.worker)
        self._press, self._pace, self._poke = Press(), Pace(), asyncio.Event()
        self._hand = Hand(self._letter, self._journal, poke=self._poke.set)
        self._transport = open_transport(settings.mail_url, home=settings.home, work=self._hand, routes=settings.mail_routes)
        self._ways = Ways(self._transport.routes) if len(self._transport.routes) > 1 else None
        self._turns = ThreadPoolExecutor(1, "turns")
        self._intake = Intake(self._hand, self._press, self._transport, read=self._read, poke=self._poke.set)
        self._wall = Forward(database)
        self._started = self._dated = utc_now()
        self._unsure = False
        """Whether a commit's answer was lost: it may have been kept or not."""
        self._stopping = self._closed = False
        self._polite: Courtesy | None = None

    def stop(self) -> None:
        """Finish the messages in hand and begin no more."""
        self._stopping = True
        self._poke.set()

    async def run(self) -> None:
        """Send whatever is due, for ever; returns after ``stop``, with nothing left in hand."""
        async with self._upkeep():
            while not self._stopping:
                await self._turn()
                await self._rest(_IDLE_SECONDS)
        await self.close()

    async def send_until_empty(self) -> None:
        """Send what is due now, as far as servers can be reached."""
        async with self._upkeep():
            while await self._turn() or self._is_busy():
                await self._rest(0.01)

    async def close(self) -> None:
        """Let what is under way end, record it, and give back what was not begun."""
        if self._closed:
            return
        self._closed = True
        self._hand.open = False
        await self._transport.close()  # what is under way is answered or given up within its drain time
        await self._intake.end()
        self._hand.let_go()
        for _ in range(_LAST_TRIES):
            if self._hand.untold:
                await self._turn()
        await self._finish()
        self._turns.shutdown()

    async def _finish(self) -> None:
        """Leave nothing behind; where the database does not answer, the journal stays for the next worker to read."""
        if self._hand.untold:
            return
        with ignoring(*NO_ANSWER):
            await self._in_turns(self._hand_back)
            self._journal.close()

    def _is_busy(self) -> bool:
        hand = self._hand
        return bool(hand.under_way or hand.untold or hand.ready or hand.total_waiting or self._intake)

    async def _rest(self, idle: float) -> None:
        """Until there is something to do: connections that soon run out, answers that came in for a while, somebody's poke."""
        hand = self._hand
        until = time.monotonic() + self._pace.lull
        while (hand.untold or hand.ready) and not self._runs_low() and time.monotonic() < until:
            await asyncio.sleep(self._pace.glance)
        if hand.untold or hand.ready or self._runs_low():
            return
        self._poke.clear()
        with ignoring(TimeoutError):
            behind = self._polite and self._polite.has_set_aside  # there may be others behind those who were set aside
            await asyncio.wait_for(self._poke.wait(), self._pace.lull if behind else idle)

    def _runs_low(self) -> bool:
        """Whether connections will soon have nothing to do, and there are more that may be asked for."""
        hand = self._hand
        if self._ways:
            return self._may_begin() and self._ways.run_low(hand)
        return bool(hand.total_waiting) and self._may_begin() and hand.ready < max(self._free() / 2, self._pace.low)

    async def _turn(self) -> bool:
        """One transaction's worth; whether anything moved. A database that is away or busy is waited for, never guessed around."""
        hand = self._hand
        if self._unsure and not await self._make_sure():
            return False
        said, gone = hand.take_said(), hand.put_off(self._ways.keep(hand) if self._ways else None)
        rooms = self._ways.rooms(hand) if self._ways else None
        asked = hand.ask_for(self._gate_room() if rooms is None else rooms.total(), rooms) if self._may_begin() else []
        if self._ways:
            self._ways.answered(hand.answered_by_route(said))
        room = self._claim_room() if self._may_begin() else {}
        began = time.monotonic()
        try:
            if not (said or gone or asked) and not await self._in_turns(lambda: self._is_due(room)):
                return False
            claimed = await self._in_turns(lambda: self._transact(said, gone, asked, room))
        except NO_ANSWER:
            _log.exception("the database did not answer; trying again")
            hand.not_recorded(said)
            for why, rows in gone.items():
                hand.refuse(rows, why)
            hand.not_asked()
            self._unsure = True
            await asyncio.sleep(_IDLE_SECONDS)
            return False
        self._pace.answered(len(said))
        self._pace.turned(time.monotonic() - began)
        self._intake.take(claimed)
        return bool(said or gone or asked or claimed or (self._polite and self._polite.has_set_aside))

    async def _make_sure(self) -> bool:
        """Put back what became ours without our knowing; False while the database does not answer."""
        known = self._hand.numbers().union(row.id for row in self._intake.rows())
        try:
            await self._in_turns(lambda: self._let_go_of_strays(known))
        except NO_ANSWER:
            await asyncio.sleep(_IDLE_SECONDS)
        else:
            self._unsure = False
        return not self._unsure

    def _let_go_of_strays(self, known: frozenset[int]) -> None:
        with self.database.begin() as session:
            let_go_of_strays(session, self.worker, known)

    def _transact(
        self, said: Sequence[Said], gone: Mapping[Reason, list[Claimed]], asked: Sequence[Claimed], room: Mapping[Lane, int]
    ) -> list[Claimed]:
        with self.database.begin() as session:
            self._dated = now = self._wall.now()
            record(session, said, self.worker, ring=self.ring, now=now)
            for why, rows in gone.items():
                put_off(session, rows, self.worker, now=now, reason=why)
            going = pass_gate(session, asked, self.worker, ring=self.ring, now=now)
            self._polite = polite = courtesy(session, now=now, after=self._polite)
            claimed = claim(session, self.worker, now=now, room=room, polite=polite, leased_at=self._tenure.leases.now())
        # Nobody else could write before this commit: from here on the intents grow old.
        self._loop.call_soon_threadsafe(self._committed, said, going, polite, time.monotonic())
        return claimed

    def _committed(self, said: Sequence[Said], going: frozenset[int], polite: Courtesy | None, at: float) -> None:
        self._hand.mind(polite.closed if polite else {}, polite.granted if polite else {})
        self._hand.recorded(said)
        self._hand.passed(going, at)
        if going:
            self._transport.wake(waiting=self._hand.ready)

    def _may_begin(self) -> bool:
        return self._hand.open and not self._stopping and self._tenure.is_good()

    def _gate_room(self) -> int:
        """How many may pass the gate now: a connection's worth each, or what leaves while their intents are fresh.

        Of those that are ready some will have left by the time these may go.
        """
        ready = self._hand.ready
        return max(self._free() - ready, self._pace.burst - max(0, ready - self._pace.leaving), 0)

    def _free(self) -> int:
        return self._transport.connections - self._hand.under_way

    def _claim_room(self) -> dict[Lane, int]:
        """How many more of each lane to claim; notices have room of their own, so that no campaign keeps them waiting."""
        if len(self._hand.unreachable) == len(self._transport.health()):
            return {}
        ahead = self._pace.ahead(self._transport.connections) + (self._ways.stand_before(self._hand) if self._ways else 0)
        most = {Lane.NOTICE: ahead, Lane.SEQUENCE: -(-ahead // 2), Lane.CAMPAIGN: ahead}
        coming = self._intake.lanes()
        room = {lane: most[lane] - self._hand.waiting(lane) - coming[lane] for lane in Lane}
        return {lane: count for lane, count in room.items() if count * 2 >= most[lane]}

    def _is_due(self, room: Mapping[Lane, int]) -> bool:
        with self.database.read() as session:
            return is_due(session, room, now=self._wall.now())

    def _read(self, rows: Sequence[Claimed]) -> Gathered:
        return gather(self.database, self.settings, self.ring, self._press, rows)

    def _letter(self, row: Claimed, batch: Batch) -> Envelope:
        return self._press.letter(row, batch, ring=self.ring, now=self._dated)

    @asynccontextmanager
    async def _upkeep(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(each) for each in (self._keep_up(), self._wall.keep_up(self._in_turns))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

    async def _keep_up(self) -> None:
        while True:
            try:
                await self._in_turns(self._renew)
            except NO_ANSWER:
                with ignoring(*NO_ANSWER):
                    await self._in_turns(self._tenure.look_again)
            if self._tenure.is_over:
                self.stop()
            await asyncio.sleep(RENEW_EVERY)

    def _renew(self) -> None:
        self._tenure.renew(started=self._started, in_hand=self._hand.total, routes=self._transport.health())

    def _hand_back(self) -> None:
        with self.database.begin() as session:
            hand_back(session, self.worker)
            forget_worker(session, self.worker)

    async def _in_turns(self, work: Callable[[], _Result]) -> _Result:
        """In the one thread that writes, one after the other."""
        self._loop = asyncio.get_running_loop()
        return await self._loop.run_in_executor(self._turns, work)
