"""SMTP to the next server: many kept-open connections behind one ``send``."""

import asyncio
import ssl
import time
from collections import deque

from mailflow.delivery.transports.addresses import BadAddressError, envelope_address
from mailflow.delivery.transports.connection import Connection
from mailflow.delivery.transports.greeting import NoConnectionError, greet
from mailflow.delivery.transports.route import Route, Tls
from mailflow.delivery.transports.transaction import MOST_TRIES, Job, read_silence
from mailflow.delivery.transports.words import Envelope, Reply, Verdict
from mailflow.outbox.words import Reason


class Pool:
    """Keeps up to ``route.connections`` connections, opens them as work comes, replaces the lost and retires the idle.

    A message lost before its final dot goes to another connection or is deferred; after it, it is uncertain: never lost or
    sent twice by us. While the server is away everything that waits is deferred at once.
    """

    def __init__(self, route: Route, *, context: ssl.SSLContext | None = None) -> None:
        self.connections = route.connections
        self.pipelining = True
        self._route = route
        self._context = context or (None if route.tls is Tls.NONE else route.tls_context())
        self._waiting: deque[Job] = deque()
        self._resting: list[Connection] = []
        self._working: set[Connection] = set()
        self._all: set[Connection] = set()
        self._openings: set[asyncio.Task[None]] = set()
        self._closing = False
        self._away_until = 0.0
        self._away: Reply | None = None
        self._sweep: asyncio.TimerHandle | None = None

    async def send(self, envelope: Envelope) -> Reply:
        """Hand one message over; returns when the server has answered or it is sure that it will not. See Transport."""
        if self._closing:
            return Reply(Verdict.NOT_TRIED, text="the transport is closing")
        if self._away and not self._working and not self._openings and self._is_away():
            return self._away
        try:
            sender = envelope_address(envelope.sender) if envelope.sender else ""
        except BadAddressError as error:
            return Reply(Verdict.DEFERRED, Reason.SENDER, text=f"envelope sender: {error}")
        try:
            recipient = envelope_address(envelope.recipient)
        except BadAddressError as error:
            return Reply(Verdict.FAILED, Reason.HARD_ADDRESS, text=str(error))
        job = Job(envelope, sender, recipient, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._wake()
        return await job.waiter

    async def close(self) -> None:
        """End politely within the route's drain time: what is under way is answered, what waits was not tried."""
        self._closing = True
        self._answer_waiting(Reply(Verdict.NOT_TRIED, text="the transport is closing"))
        for opening in list(self._openings):
            opening.cancel()
        await asyncio.gather(*self._openings, return_exceptions=True)
        for connection in list(self._all):
            connection.leave()
        if self._all:
            await asyncio.wait([connection.closed for connection in self._all], timeout=self._route.patience.drain)
        for connection in list(self._all):
            connection.end("the transport is closing")
        await asyncio.gather(*(connection.closed for connection in self._all))
        if self._sweep:
            self._sweep.cancel()

    def next_job(self) -> Job | None:
        """The oldest message whose sender still wants it begun."""
        while self._waiting:
            job = self._waiting.popleft()
            if job.waiter.done():
                continue
            if job.envelope.begin_by is None or time.monotonic() <= job.envelope.begin_by:
                return job
            job.finish(Reply(Verdict.NOT_TRIED, text="its time to begin had passed"))
        return None

    def rests(self, connection: Connection) -> None:
        """Remember a connection that has nothing to do."""
        self._resting.append(connection)

    def leaves(self, connection: Connection) -> None:
        """Count a connection out; another takes its place if there is work."""
        if connection in self._working:
            self._working.discard(connection)
            if connection in self._resting:
                self._resting.remove(connection)
            asyncio.get_running_loop().call_soon(self._wake)

    def lost(self, jobs: list[Job], why: str, *, overdue: bool) -> None:
        """Begin these again elsewhere, first in the queue; a server that lost pipelined commands gets them one by one."""
        if overdue:
            self.pipelining = False
        for job in reversed(jobs):
            if job.tries < MOST_TRIES and not self._closing:
                job.begin_anew()
                self._waiting.appendleft(job)
            else:
                job.finish(read_silence(why, dotted=False))
        asyncio.get_running_loop().call_soon(self._wake)

    def _wake(self) -> None:
        """Give waiting messages to resting connections, then open as many more as they need and the route allows."""
        while self._waiting and self._resting:
            self._resting.pop().go_on()
        if self._is_away():  # it refused a connection a moment ago: those that work go on
            self._defer_waiting()
            return
        room = self.connections - len(self._working) - len(self._openings)
        needed = len(self._waiting) - len(self._openings)
        for _ in range(min(room, needed)):
            self._open_one()

    def _open_one(self) -> None:
        opening = asyncio.get_running_loop().create_task(self._open())
        self._openings.add(opening)
        self._keep_sweeping()
        opening.add_done_callback(self._openings.discard)

    async def _open(self) -> None:
        connection = Connection(self, self._route)
        self._all.add(connection)
        connection.closed.add_done_callback(lambda _: self._all.discard(connection))
        try:
            await greet(connection, self._route, self._context)
        except NoConnectionError as failure:
            self._all.discard(connection)
            self._opened()
            self._go_away(failure.reply)
            return
        except asyncio.CancelledError:
            self._all.discard(connection)
            connection.end("the transport is closing")
            raise
        self._opened()
        self._working.add(connection)
        connection.start()

    def _opened(self) -> None:
        """Count the present opening as over, whatever came of it."""
        if opening := asyncio.current_task():
            self._openings.discard(opening)

    def _go_away(self, reply: Reply) -> None:
        """Open no more for a while; with no connection left, everything that waits is deferred with this reply."""
        patience = self._route.patience.away * (30 if reply.reason == Reason.SENDER else 1)  # wrong passwords lock accounts
        self._away_until, self._away = time.monotonic() + patience, reply
        self._defer_waiting()

    def _is_away(self) -> bool:
        return time.monotonic() < self._away_until

    def _defer_waiting(self) -> None:
        """Defer all that waits, once nothing is left that could carry it: the last opening to fail speaks for all."""
        if self._away and not self._working and not self._openings:
            self._answer_waiting(self._away)

    def _answer_waiting(self, reply: Reply) -> None:
        while self._waiting:
            self._waiting.popleft().finish(reply)

    def _keep_sweeping(self) -> None:
        if self._sweep is None:
            patience = self._route.patience
            often = min(1.0, min(patience.banner, patience.command, patience.data, patience.final_dot, patience.idle) / 4)
            self._sweep = asyncio.get_running_loop().call_later(often, self._swept)

    def _swept(self) -> None:
        """End what is overdue and retire what rests too long; one timer for all connections."""
        self._sweep = None
        now = asyncio.get_running_loop().time()
        for connection in list(self._all):
            connection.check(now)
        for connection in [one for one in self._resting if now - one.resting_since > self._route.patience.idle]:
            connection.leave()
        self._wake()
        if self._all:
            self._keep_sweeping()
