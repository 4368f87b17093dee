"""SMTP to one next server: many kept-open connections that ask for a message whenever one of them is free."""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from mailflow.delivery.transports.connection import Connection
from mailflow.delivery.transports.greeting import NoConnectionError, greet
from mailflow.delivery.transports.route import Route, Tls
from mailflow.delivery.transports.transaction import MOST_LOSSES, read_silence
from mailflow.delivery.transports.waiting import Waiting
from mailflow.delivery.transports.words import ONLY_ROUTE, Envelope, Health, Reply, Verdict, Work
from mailflow.outbox.words import Reason

_LONGEST_PAUSE = 15
"""Times ``patience.away``: an absent server is tried again after 1, 2, 4, 8 and then every 15 of them."""
_SIGN_IN_PAUSE = 30
"""Times ``patience.away`` after a refused sign-in: wrong passwords lock accounts."""
_MOST_FRUITLESS = 5
"""Connections in a row, each ended by the server with its first message begun, after which it counts as away."""


class Pool:
    """Keeps up to ``route.connections`` connections, opens them as work comes, replaces the lost and retires the idle.

    A message lost before its final dot goes back to the work; after it, it is uncertain: never lost or sent twice by us. While
    the server is away nothing is asked for.
    """

    def __init__(self, route: Route, *, work: Work | None = None, name: str = ONLY_ROUTE, context: ssl.SSLContext | None = None) -> None:
        self.connections, self.pipelining = route.connections, True
        self._name, self._route = name, route
        self.routes: Mapping[str, int] = {name: route.connections}
        self._context = context or (None if route.tls is Tls.NONE else route.tls_context())
        self._waiting = Waiting(lambda count: self.wake(waiting=count), self._is_pausing)
        self._work: Work = work or self._waiting
        self._resting: list[Connection] = []
        self._working: set[Connection] = set()
        self._all: set[Connection] = set()
        self._openings: set[asyncio.Task[None]] = set()
        self._losses: dict[int, int] = {}
        self._sent = 0
        self._answers: Counter[Verdict] = Counter()
        """All but the sent."""
        self._dry = True
        self._wanted = 0
        self._closing = self._away = False
        self._refusals = self._fruitless = 0
        self._pause_until = 0.0
        self._refusal: Reply | None = None
        self._failure: tuple[Reply, float] | None = None
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def is_away(self) -> bool:
        """Whether no connection can be made."""
        return self._away

    def choose(self, sender: str, recipient: str) -> str:  # noqa: ARG002
        """There is one route only."""
        return self._name

    async def send(self, envelope: Envelope) -> Reply:
        """Hand one message over; returns when the server has answered or it is sure that it will not. See Transport."""
        return await self._waiting.send(envelope)

    def wake(self, route: str | None = None, waiting: int | None = None) -> None:  # noqa: ARG002
        """Let resting connections ask, then open as many more as are needed and the route allows."""
        if self._closing:
            return
        self._dry, self._wanted = False, self.connections if waiting is None else waiting
        while self._resting and not self._dry:
            self._resting.pop().go_on()
        self._open_more()

    def health(self) -> tuple[Health, ...]:
        """How this route is."""
        route, now = self._route, time.monotonic()
        failure, at = self._failure or (None, now)
        pause = max(0.0, self._pause_until - now)
        return (
            Health(
                self._name,
                f"{route.host}:{route.port}",
                open=len(self._working),
                busy=len(self._working) - len(self._resting),
                away=self._away,
                again_in=pause if self._away else 0.0,
                failure=failure,
                failed_ago=now - at if failure else None,
                answers=self._answers | Counter({Verdict.SENT: self._sent}),
            ),
        )

    async def close(self) -> None:
        """End politely within the route's drain time: what is under way is answered, what waits was not tried."""
        self._closing = True
        self._waiting.close()
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

    def next(self) -> Envelope | None:
        """The next message for a connection that is free."""
        if self._closing or (envelope := self._work.next(self._name)) is None:
            self._dry = True
            return None
        self._wanted -= 1
        return envelope

    def dotting(self, message_id: int) -> bool:
        """Pass it on."""
        return self._work.dotting(message_id)

    def answered(self, message_id: int, reply: Reply) -> None:
        """Count and pass it on."""
        if reply.verdict is Verdict.SENT:
            self._sent += 1
        else:
            self._answers[reply.verdict] += 1
            if reply.verdict is Verdict.UNCERTAIN:
                self._failure = (reply, time.monotonic())
        if reply.code and reply.code != 421:
            self._fruitless = 0
        if self._losses:
            self._losses.pop(message_id, None)
        self._work.answered(message_id, reply)

    def rests(self, connection: Connection) -> None:
        """Remember a connection that has nothing to do."""
        self._resting.append(connection)

    def leaves(self, connection: Connection) -> None:
        """Count a connection out; another takes its place if there is work."""
        if connection in self._working:
            self._working.discard(connection)
            if connection in self._resting:
                self._resting.remove(connection)
            self._wanted = max(self._wanted, 1)
            asyncio.get_running_loop().call_soon(self._replace)

    def lost(self, message_id: int, why: str, *, overdue: bool, innocent: bool) -> None:
        """Give it back, not tried; put it off when it has lost too many connections: it may be what breaks them."""
        if overdue:
            self.pipelining = False  # a server that loses pipelined commands gets them one by one
        losses = self._losses.pop(message_id, 0) + (not innocent)
        if losses >= MOST_LOSSES:
            self.answered(message_id, read_silence(why, dotted=False))
            return
        self.answered(message_id, Reply(Verdict.NOT_TRIED, Reason.NETWORK, text=why))
        if len(self._losses) >= 10_000:  # of messages that never came again
            self._losses.clear()
        self._losses[message_id] = losses

    def fruitless(self, reply: Reply) -> None:
        """A server that greets, and ends whatever is begun, is as good as away."""
        self._fruitless += 1
        if self._fruitless >= _MOST_FRUITLESS:
            self._refused(reply)

    def _replace(self) -> None:
        self._look_whether_away()
        self._open_more()

    def _open_more(self) -> None:
        """Open what is needed; after a refusal one connection at a time, and not before the pause is over."""
        if self._closing or self._dry or self._is_pausing():
            return
        room = self.connections - len(self._working) - len(self._openings)
        needed = self._wanted - len(self._openings)
        for _ in range(min(room, needed, 1 - len(self._openings) if self._refusals else room)):
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
            self._refused(failure.reply)
            return
        except asyncio.CancelledError:
            self._all.discard(connection)
            connection.end("the transport is closing")
            raise
        self._opened()
        if not connection.is_open:  # in the very turn in which it was ready
            self._refused(Reply(Verdict.DEFERRED, Reason.NETWORK, text="the server closed the connection"))
            return
        if connection.is_encrypted and self._route.tls is Tls.TRY:  # whoever offers less from now on is not to be believed
            self._route = replace(self._route, tls=Tls.STARTTLS)
        if self._fruitless < _MOST_FRUITLESS:
            self._refusals, self._pause_until = 0, 0.0
        self._working.add(connection)
        if self._away:
            self._away = False
            self._work.back(self._name)
        connection.start()
        self._open_more()

    def _opened(self) -> None:
        """Count the present opening as over, whatever came of it."""
        if opening := asyncio.current_task():
            self._openings.discard(opening)

    def _refused(self, reply: Reply) -> None:
        """Open no more for a while; with no connection left, the last opening to fail says that the server is away."""
        self._refusals += not self._is_pausing()  # those refused together count once
        factor = _SIGN_IN_PAUSE if reply.reason == Reason.SENDER else min(2 ** (self._refusals - 1), _LONGEST_PAUSE)
        now = time.monotonic()
        self._pause_until = now + factor * self._route.patience.away
        self._refusal, self._failure = reply, (reply, now)
        self._look_whether_away()
        self._keep_sweeping()

    def _look_whether_away(self) -> None:
        """Say so when nothing is left that could carry a message, and a moment ago no connection could be made."""
        if self._is_pausing() and self._refusal and not self._working and not self._openings:
            self._away = True
            self._work.away(self._name, self._refusal)

    def _is_pausing(self) -> bool:
        return time.monotonic() < self._pause_until

    def _keep_sweeping(self) -> None:
        if self._sweep is None:
            patience = self._route.patience
            often = min(1.0, min(patience.banner, patience.command, patience.data, patience.final_dot, patience.idle, patience.away) / 4)
            self._sweep = asyncio.get_running_loop().call_later(often, self._swept)

    def _swept(self) -> None:
        """End what is overdue, retire what rests too long, try again what was refused; one timer for all connections."""
        self._sweep = None
        now = asyncio.get_running_loop().time()
        for connection in list(self._all):
            connection.check(now)
        for connection in [one for one in self._resting if now - one.resting_since > self._route.patience.idle]:
            connection.leave()
        self._open_more()
        if self._all or not (self._dry or self._closing):
            self._keep_sweeping()
