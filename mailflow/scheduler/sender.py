"""The sender's loop: claim, make, pass the gate and commit, send, record. No transaction is open while a server is spoken to."""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress as ignoring

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from mailflow.content.words import CompileError
from mailflow.delivery.claim import RENEW_EVERY, claim, hand_back, renew, settle_abandoned
from mailflow.delivery.facts import Batch
from mailflow.delivery.gate import pass_gate
from mailflow.delivery.letters import Press
from mailflow.delivery.outlet import Envelope, Reply, Transport, open_transport
from mailflow.delivery.record import record, record_unrenderable
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import IS_WAITING, Message
from mailflow.outbox.words import Claimed, Lane
from mailflow.scheduler.compiling import ensure_compiled

INTENT_SECONDS = 0.08
"""An older intent is not begun: who left meanwhile must not be written to on the strength of it."""
_LEASE_TRUST = 5.0
"""Seconds without a renewal after which nothing more is begun: another worker may soon hold our messages for abandoned."""
_IDLE_SECONDS = 0.5
_LONGEST_WAIT = 0.05
_AHEAD = 40
"""Mails made before there is a connection for them."""
_DUE = Message.lane.in_(tuple(Lane)) & IS_WAITING  # named so that the index of due messages answers
_log = logging.getLogger(__name__)


class Sender:
    """One worker: sends what is due until told to stop.

    Mails are made ahead of time; the gate is passed only by as many as there are free connections, so that what waits
    for a slow server has not begun, and one slow reader keeps nobody else waiting.
    """

    def __init__(self, database: Database, settings: Settings, ring: Ring) -> None:
        """A worker with a name of its own; it opens the transport that ``settings`` name."""
        self.database, self.settings, self.ring = database, settings, ring
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._transport: Transport = open_transport(settings.mail_url, home=settings.home)
        self._press = Press()
        self._stopping = asyncio.Event()
        self._made: dict[int, Envelope] = {}
        self._claimed: dict[int, Claimed] = {}
        self._epochs: dict[int, int] = {}
        self._under_way: dict[asyncio.Task[Reply], int] = {}
        self._renewed = time.monotonic()

    def stop(self) -> None:
        """Finish the messages in hand and begin no more."""
        self._stopping.set()

    async def run(self) -> None:
        """Send whatever is due, for ever; returns after ``stop``, with nothing left in hand."""
        renewing = asyncio.create_task(self._renew())
        try:
            while not self._stopping.is_set():
                if not await self._turn():
                    with ignoring(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), _IDLE_SECONDS)
            await self._transport.close()  # what is under way is answered or given up within its drain time
            await self._settle(seconds=None)
        finally:
            renewing.cancel()
            await self.close()
            await asyncio.to_thread(self._hand_back)

    async def send_until_empty(self) -> int:
        """Send what is due now; how many messages were answered for."""
        answered = 0
        while (count := await self._turn()) or self._under_way or self._made:
            answered += count
        return answered

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _turn(self) -> int:
        """Record who was answered, make ahead, begin as many as there is room for; how many moved on.

        A database that is away or busy is waited for, never guessed around.
        """
        try:
            settled = await self._settle(seconds=_LONGEST_WAIT)
            room = self._transport.connections - len(self._under_way)
            if room > 0 and len(self._made) < room:
                await asyncio.to_thread(self._make_ahead)
            begun = await self._begin(room)
        except OperationalError:
            _log.exception("the database did not answer; trying again")
            await asyncio.sleep(_IDLE_SECONDS)
            return 0
        return settled + begun

    async def _begin(self, room: int) -> int:
        """Gate the oldest of those made, and hand who may go to the transport while the intent is fresh."""
        if room <= 0 or not self._made or time.monotonic() - self._renewed > _LEASE_TRUST:
            return 0
        asked = list(self._made)[:room]
        going = await asyncio.to_thread(self._gate, asked)
        begin_by = time.monotonic() + INTENT_SECONDS
        for message_id in asked:
            envelope = self._made.pop(message_id)
            if message_id in going:
                task = asyncio.create_task(self._transport.send(envelope._replace(begin_by=begin_by)))
                self._under_way[task] = message_id
        return len(asked)

    async def _settle(self, *, seconds: float | None) -> int:
        """Record the replies that have come, waiting at most so long for all of them; how many."""
        if not self._under_way:
            return 0
        done, _ = await asyncio.wait(self._under_way, timeout=seconds)
        if done:
            replies = {self._under_way[task]: task.result() for task in done}
            await asyncio.to_thread(self._record, replies)  # kept under way until recorded: a busy database is asked again
            for task in done:
                self._epochs.pop(self._under_way.pop(task), None)
        return len(done)

    def _make_ahead(self) -> None:
        claimed = self._claim()
        if claimed:
            self._epochs.update({message.id: message.epoch for message in claimed})
            self._claimed.update({message.id: message for message in claimed})
            self._made.update(self._make(claimed))

    def _claim(self) -> list[Claimed]:
        with self.database.read() as session:
            quiet = session.scalar(select(Message.id).where(_DUE, Message.due_at <= utc_now()).limit(1)) is None
        if quiet:
            return []
        with self.database.begin() as session:
            return claim(session, self.worker, now=utc_now(), room={lane: _AHEAD for lane in Lane})

    def _make(self, claimed: Sequence[Claimed]) -> dict[int, Envelope]:
        """Everybody's mail; those that cannot be made are recorded so, the others go on."""
        made: dict[int, Envelope] = {}
        broken: list[int] = []
        self._prepare(claimed, broken)
        with self.database.read() as session:
            batch = Batch(session, claimed, press=self._press, mint=self.ring.mint, public_url=self.settings.public_url)
        for message in claimed:
            if message.id not in broken:
                self._make_one(message, batch, made, broken)
        if broken:
            with self.database.begin() as session:
                record_unrenderable(session, broken, self.worker)
        return made

    def _make_one(self, message: Claimed, batch: Batch, made: dict[int, Envelope], broken: list[int]) -> None:
        try:
            made[message.id] = self._press.letter(message, batch, ring=self.ring, now=utc_now())
        except Exception:  # one person's mail must never stop everybody else's
            _log.exception("message %d could not be made", message.id)
            broken.append(message.id)

    def _prepare(self, claimed: Sequence[Claimed], broken: list[int]) -> None:
        """Have every mailing of the batch compiled and at hand."""
        for mailing_id, language in {(message.mailing_id, message.language) for message in claimed}:
            if self._press.has(mailing_id, language) or self._load(mailing_id, language):
                continue
            try:
                ensure_compiled(self.database, self.settings, mailing_id, language, now=utc_now())
                self._load(mailing_id, language)
            except CompileError:
                _log.exception("mailing %d does not compile in %s", mailing_id, language)
                broken += [message.id for message in claimed if (message.mailing_id, message.language) == (mailing_id, language)]

    def _load(self, mailing_id: int, language: str) -> bool:
        with self.database.read() as session:
            return self._press.load(session, mailing_id, language)

    def _gate(self, ids: Sequence[int]) -> frozenset[int]:
        with self.database.begin() as session:
            rows = [self._claimed.pop(message_id) for message_id in ids]
            return pass_gate(session, rows, self.worker, ring=self.ring, now=utc_now())

    def _record(self, replies: Mapping[int, Reply]) -> None:
        with self.database.begin() as session:
            record(session, replies, self._epochs, self.worker, ring=self.ring, now=utc_now())

    async def _renew(self) -> None:
        while True:
            with ignoring(OperationalError):
                await asyncio.to_thread(self._renew_once)
            await asyncio.sleep(RENEW_EVERY)

    def _renew_once(self) -> None:
        with self.database.begin() as session:
            renew(session, self.worker, now=utc_now())
            settle_abandoned(session, now=utc_now())
        self._renewed = time.monotonic()

    def _hand_back(self) -> None:
        with self.database.begin() as session:
            hand_back(session, self.worker)
