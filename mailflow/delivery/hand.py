"""What one worker holds between the ledger and the servers: claimed, past the gate, under way, answered."""

import logging
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from mailflow.delivery.buckets import domain_of, is_unwelcome
from mailflow.delivery.facts import Batch
from mailflow.delivery.families import family_of
from mailflow.delivery.journal import Journal
from mailflow.delivery.record import Said
from mailflow.delivery.rules import Key
from mailflow.delivery.transports.words import Envelope, Reply, Verdict
from mailflow.outbox.words import Claimed, Lane, Reason

INTENT_SECONDS = 0.08
"""An older intent is not begun: who left meanwhile must not be written to on the strength of it."""
_ENOUGH = 3
"""After so many complaints of a provider, or one refusal by its rules, nothing more is begun there until the ledger has drawn its
conclusions: for some 50 ms."""
_log = logging.getLogger(__name__)

Letter = Callable[[Claimed, Batch], Envelope]
"""Makes one person's mail; raises when that cannot be done."""


class Held(NamedTuple):
    """A message with what its mail says of its reader, and the route it takes."""

    row: Claimed
    batch: Batch
    route: str

    @property
    def bucket(self) -> Key:
        """Whose patience it takes."""
        return Key(domain_of(self.batch.head(self.row).sender), family_of(self.row.provider))


class Hand:
    """The Work of a transport: gives out what may go now, made at that very moment, and gathers what was said.

    Everything here happens in the event loop's thread, and nothing waits.
    """

    def __init__(self, letter: Letter, journal: Journal, *, poke: Callable[[], None]) -> None:
        """``poke`` is called when a connection finds nothing to do, and when there is a first thing to record."""
        self._letter, self._journal, self._poke = letter, journal, poke
        self._claimed: dict[Lane, deque[Held]] = {lane: deque() for lane in Lane}
        self._asked: dict[int, Held] = {}
        self._ready: dict[str, deque[tuple[Held, float]]] = defaultdict(deque)
        self._out: dict[int, Held] = {}
        self._recording: dict[int, Held] = {}
        self._said: list[Said] = []
        self._refused: dict[Reason, list[Claimed]] = {}
        self.open = True
        """False: nothing more is begun, whatever is ready."""
        self._closed: Mapping[Key, datetime] = {}
        self._granted: dict[int, datetime] = {}
        self._complaints: Counter[Key] = Counter()
        """Of providers whose last words the ledger does not know."""
        self.unreachable: dict[str, Reply] = {}
        """Routes to which no connection can be made at present, and why."""

    # What the transport asks.

    def next(self, route: str) -> Envelope | None:
        """The next mail whose intent is fresh; what has grown old goes back to pass the gate again."""
        ready = self._ready[route]
        while ready:
            held, begin_by = ready.popleft()
            if not self.open or time.monotonic() > begin_by:
                self._say(held, Reply(Verdict.NOT_TRIED))
                continue
            if (self._closed or self._complaints) and self._is_unwelcome(held):
                self._say(held, Reply(Verdict.NOT_TRIED))
                continue
            try:
                envelope = self._letter(held.row, held.batch)
            except Exception:  # one person's mail must never stop everybody else's
                _log.exception("message %d could not be made", held.row.id)
                self._say(held, Reply(Verdict.FAILED, Reason.RENDERING))
                continue
            self._out[held.row.id] = held
            return envelope
        self._poke()
        return None

    def dotting(self, message_id: int) -> bool:
        """Note that its content is about to leave; False when it must not: its provider wants none of it, or nobody could tell after."""
        if (self._closed or self._complaints) and self._is_unwelcome(self._out[message_id]):
            return False
        return self._journal.begun(message_id, self._out[message_id].row.epoch)

    def answered(self, message_id: int, reply: Reply) -> None:
        """Keep what became of it until the ledger has it."""
        held = self._out.pop(message_id)
        self._journal.ended(message_id, held.row.epoch, reply.verdict)
        if reply.reason and is_unwelcome(reply):
            self._complaints[held.bucket] += _weight(reply)
        self._say(held, reply)

    def away(self, route: str, reply: Reply) -> None:
        """No connection to this route can be made."""
        self.unreachable[route] = reply

    def back(self, route: str) -> None:
        """A connection could be made again."""
        self.unreachable.pop(route, None)
        self._poke()

    # What the sender asks.

    def hold(self, rows: Iterable[Claimed], batch: Batch, choose: Callable[[str, str], str]) -> None:
        """Rows claimed, and what their mails say; ``choose`` names the route from sender and recipient."""
        for held in [Held(row, batch, choose(batch.head(row).sender, row.address)) for row in rows]:  # all of them, or none
            self._claimed[Lane(held.row.lane)].append(held)

    def refuse(self, rows: Sequence[Claimed], why: Reason) -> None:
        """Rows that cannot be held now: they shall wait."""
        if rows:
            self._refused.setdefault(why, []).extend(rows)

    def put_off(self, keep: Counter[str] | None = None) -> dict[Reason, list[Claimed]]:
        """Let go of those that cannot go now, since their route cannot be reached, say, by reason; the ledger shall make them wait.

        Of each route at most as many as ``keep`` says stay in hand, where it says so.
        """
        for lane, waiting in self._claimed.items() if self.unreachable else ():
            self.refuse([held.row for held in waiting if held.route in self.unreachable], Reason.NETWORK)
            self._claimed[lane] = deque(held for held in waiting if held.route not in self.unreachable)
        for lane, waiting in self._claimed.items() if self._closed else ():
            self.refuse([held.row for held in waiting if self._is_closed(held)], Reason.PACED)
            self._claimed[lane] = deque(held for held in waiting if not self._is_closed(held))
        if keep is not None:
            self._let_go_beyond(keep)
        gone, self._refused = self._refused, {}
        return gone

    def mind(self, closed: Mapping[Key, datetime], granted: Mapping[int, datetime]) -> None:
        """Buckets that are limited at present, since when, and messages that may go all the same: those claimed within their limits."""
        self._closed = closed
        if closed:
            self._granted.update(granted)
        else:
            self._granted.clear()

    def _let_go_beyond(self, keep: Counter[str]) -> None:
        left = Counter(keep)
        for lane, waiting in self._claimed.items():
            stay: deque[Held] = deque()
            for held in waiting:
                left[held.route] -= 1
                if left[held.route] >= 0:
                    stay.append(held)
                else:
                    self.refuse([held.row], Reason.PACED)
            self._claimed[lane] = stay

    def ask_for(self, most: int, rooms: Counter[str] | None = None) -> list[Claimed]:
        """The next rows to pass the gate: notices first, sequences up to half of what is left, then campaigns, then whoever is left.

        Of each route at most as many as it has ``rooms`` for, where there are several.
        """
        chosen: list[Held] = []
        for lane, share in ((Lane.NOTICE, 1), (Lane.SEQUENCE, 2), (Lane.CAMPAIGN, 1), (Lane.SEQUENCE, 1)):
            waiting = self._claimed[lane]
            wanted = -(-(most - len(chosen)) // share)
            if rooms is None:
                chosen += [waiting.popleft() for _ in range(min(len(waiting), wanted))]
            else:
                chosen += self._next_of(lane, wanted, rooms)
        self._asked = {held.row.id: held for held in chosen}
        return [held.row for held in chosen]

    def _next_of(self, lane: Lane, wanted: int, rooms: Counter[str]) -> list[Held]:
        waiting, passed_by = self._claimed[lane], deque[Held]()
        chosen: list[Held] = []
        while waiting and len(chosen) < wanted:
            held = waiting.popleft()
            if rooms[held.route] > 0:
                rooms[held.route] -= 1
                chosen.append(held)
            else:
                passed_by.append(held)
        waiting.extendleft(reversed(passed_by))
        return chosen

    def waiting_by_route(self) -> Counter[str]:
        """How many of each route wait for the gate."""
        return Counter(held.route for waiting in self._claimed.values() for held in waiting)

    def ready_by_route(self) -> Counter[str]:
        """How many of each route may go and have not begun."""
        return Counter({route: len(ready) for route, ready in self._ready.items()})

    def under_way_by_route(self) -> Counter[str]:
        """How many of each route a server has, not answered yet."""
        return Counter(held.route for held in self._out.values())

    def answered_by_route(self, said: Iterable[Said]) -> Counter[str]:
        """By which routes these were answered."""
        found = (self._recording.get(row.id) for row, reply in said if reply.verdict != Verdict.NOT_TRIED)
        return Counter(held.route for held in found if held)

    def passed(self, going: frozenset[int], at: float) -> None:
        """The answer to ``ask_for``: who may go, as of a moment of the monotonic clock; of the others the ledger says why not."""
        begin_by = at + INTENT_SECONDS
        first = []
        for key, held in self._asked.items():
            if key in going and held.row.lane == Lane.NOTICE:
                first.append(held)
            elif key in going:
                self._ready[held.route].append((held, begin_by))
        for held in reversed(first):
            self._ready[held.route].appendleft((held, begin_by))
        for key in self._asked.keys() - going if self._granted else ():
            self._granted.pop(key, None)
        self._asked = {}

    def not_asked(self) -> None:
        """The gate could not be reached: whoever was to pass it waits on, in the old order."""
        for held in reversed(self._asked.values()):
            self._claimed[Lane(held.row.lane)].appendleft(held)
        self._asked = {}

    def take_said(self) -> list[Said]:
        """What is to be recorded, those first whose intent grew old before a connection was free."""
        now = time.monotonic()
        for route, ready in self._ready.items():
            while ready and (ready[0][1] < now or route in self.unreachable):
                self._say(ready.popleft()[0], Reply(Verdict.NOT_TRIED))
        said, self._said = self._said, []
        return said

    def recorded(self, said: Sequence[Said]) -> None:
        """The ledger knows; what was not tried is asked for again."""
        self._journal.recorded(row.id for row, _ in said)
        for row, reply in reversed(said):
            held = self._recording.pop(row.id, None)
            if reply.reason and held and is_unwelcome(reply):
                self._complaints -= Counter({held.bucket: _weight(reply)})
            if self._granted and reply.verdict != Verdict.NOT_TRIED:
                self._granted.pop(row.id, None)
            if held and reply.verdict == Verdict.NOT_TRIED:
                self._claimed[Lane(row.lane)].appendleft(held)

    def not_recorded(self, said: Sequence[Said]) -> None:
        """The database did not answer: the same is told again."""
        self._said = [*said, *self._said]

    def spoilt(self, rows: Iterable[Claimed]) -> None:
        """Their mail cannot be made for anybody."""
        for row in rows:
            self._said.append((row, Reply(Verdict.FAILED, Reason.RENDERING)))

    def let_go(self) -> None:
        """Begin none of those that are ready; the ledger shall know that they were not tried."""
        for ready in self._ready.values():
            while ready:
                self._say(ready.popleft()[0], Reply(Verdict.NOT_TRIED))

    def waiting(self, lane: Lane) -> int:
        """How many of a lane wait for the gate."""
        return len(self._claimed[lane])

    @property
    def total_waiting(self) -> int:
        """How many wait for the gate."""
        return sum(map(len, self._claimed.values()))

    @property
    def total(self) -> int:
        """All that is in hand, whatever its state."""
        return self.total_waiting + len(self._asked) + self.ready + len(self._out) + len(self._recording)

    def numbers(self) -> frozenset[int]:
        """All that is in hand, or was and waits to be told."""
        held = [each for waiting in self._claimed.values() for each in waiting]
        going = [each for ready in self._ready.values() for each, _ in ready]
        known = {*self._asked, *self._out, *self._recording, *(row.id for row, _ in self._said)}
        refused = (row.id for rows in self._refused.values() for row in rows)
        return frozenset(known.union((each.row.id for each in (*held, *going)), refused))

    @property
    def ready(self) -> int:
        """How many may go and have not begun."""
        return sum(map(len, self._ready.values()))

    @property
    def under_way(self) -> int:
        """How many a server has, not answered yet."""
        return len(self._out)

    @property
    def untold(self) -> int:
        """How many answers, and refusals of our own, the ledger does not know."""
        return len(self._said) + sum(map(len, self._refused.values()))

    def _is_closed(self, held: Held) -> bool:
        """Whether its bucket is limited, and it was not claimed within those limits."""
        since = self._closed.get(held.bucket)
        return since is not None and self._granted.get(held.row.id) != since

    def _is_unwelcome(self, held: Held) -> bool:
        """The same, or its provider complained several times since the ledger was told last."""
        return self._complaints[held.bucket] >= _ENOUGH or self._is_closed(held)

    def _say(self, held: Held, reply: Reply) -> None:
        if not self._said:
            self._poke()
        self._recording[held.row.id] = held
        self._said.append((held.row, reply))


def _weight(reply: Reply) -> int:
    return _ENOUGH if reply.reason == Reason.POLICY else 1
