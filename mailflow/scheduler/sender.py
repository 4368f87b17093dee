"""The sender's loop: claim, make, pass the gate and commit, send, record. No transaction is open while a server is spoken to."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress as ignoring

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from mailflow.audience.models import List
from mailflow.content.words import CompileError
from mailflow.delivery.claim import RENEW_EVERY, claim, hand_back, renew, settle_abandoned
from mailflow.delivery.facts import Batch
from mailflow.delivery.gate import pass_gate
from mailflow.delivery.letters import Press, envelope
from mailflow.delivery.outlet import Envelope, Reply, Transport, open_transport
from mailflow.delivery.record import record, record_unrenderable
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.outbox.words import WAITING, Lane
from mailflow.scheduler.compiling import ensure_compiled

_IDLE_SECONDS = 0.5
_MOST_AT_ONCE = 200
_DUE = Message.lane.in_(tuple(Lane)) & Message.state.in_(WAITING)  # named so that the index of due messages answers
_log = logging.getLogger(__name__)


class Sender:
    """One worker: sends what is due until told to stop."""

    def __init__(self, database: Database, settings: Settings, ring: Ring) -> None:
        """A worker with a name of its own; it opens the transport that ``settings`` name."""
        self.database, self.settings, self.ring = database, settings, ring
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._transport: Transport = open_transport(settings.mail_url, home=settings.home)
        self._press = Press()
        self._stopping = asyncio.Event()
        self._batch = min(_MOST_AT_ONCE, max(20, self._transport.connections * 4))

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
        finally:
            renewing.cancel()
            await self._transport.close()
            await asyncio.to_thread(self._hand_back)

    async def send_until_empty(self) -> int:
        """Send what is due now; how many messages were taken up."""
        taken = 0
        while count := await self._turn():
            taken += count
        return taken

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _turn(self) -> int:
        """One batch; a database that is away or busy is waited for, never guessed around."""
        try:
            claimed = await asyncio.to_thread(self._claim)
            if claimed:
                await self._send(claimed)
        except OperationalError:
            _log.exception("the database did not answer; trying again")
            await asyncio.sleep(_IDLE_SECONDS)
            return 0
        return len(claimed)

    async def _send(self, claimed: Sequence[Message]) -> None:
        envelopes = await asyncio.to_thread(self._make, claimed)
        going = await asyncio.to_thread(self._gate, list(envelopes))
        replies = await asyncio.gather(*(self._transport.send(envelopes[message_id]) for message_id in going))
        await asyncio.to_thread(self._record, dict(zip(going, replies, strict=True)))

    def _claim(self) -> list[Message]:
        with self.database.read() as session:
            quiet = session.scalar(select(Message.id).where(_DUE, Message.due_at <= utc_now()).limit(1)) is None
        if quiet:
            return []
        with self.database.begin() as session:
            return claim(session, self.worker, now=utc_now(), limit=self._batch)

    def _make(self, claimed: Sequence[Message]) -> dict[int, Envelope]:
        """Everybody's mail; those that cannot be made are recorded so, the others go on."""
        made: dict[int, Envelope] = {}
        broken: list[int] = []
        self._prepare(claimed, broken)
        with self.database.read() as session:
            batch = Batch(session, claimed, mint=self.ring.mint, public_url=self.settings.public_url)
            lists = {row.id: row for row in session.scalars(select(List))}
        for message in claimed:
            if message.id not in broken:
                self._make_one(message, batch, lists, made, broken)
        if broken:
            with self.database.begin() as session:
                record_unrenderable(session, broken, self.worker)
        return made

    def _make_one(self, message: Message, batch: Batch, lists: Mapping[int, List], made: dict[int, Envelope], broken: list[int]) -> None:
        try:
            personal = self._press.personal(message, batch)
            made[message.id] = envelope(message, personal, batch, lists.get(message.list_id or 0), ring=self.ring, now=utc_now())
        except Exception:  # one person's mail must never stop everybody else's
            _log.exception("message %d could not be made", message.id)
            broken.append(message.id)

    def _prepare(self, claimed: Sequence[Message], broken: list[int]) -> None:
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

    def _gate(self, ids: Sequence[int]) -> list[int]:
        with self.database.begin() as session:
            return pass_gate(session, ids, self.worker, ring=self.ring, now=utc_now())

    def _record(self, replies: Mapping[int, Reply]) -> None:
        with self.database.begin() as session:
            record(session, replies, self.worker, ring=self.ring, now=utc_now())

    async def _renew(self) -> None:
        while True:
            with ignoring(OperationalError):
                await asyncio.to_thread(self._renew_once)
            await asyncio.sleep(RENEW_EVERY)

    def _renew_once(self) -> None:
        with self.database.begin() as session:
            renew(session, self.worker, now=utc_now())
            settle_abandoned(session, now=utc_now())

    def _hand_back(self) -> None:
        with self.database.begin() as session:
            hand_back(session, self.worker)
