"""Messages handed over one by one with ``send``: the work of a transport that was given none."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from mailflow.delivery.transports.transaction import refuse
from mailflow.delivery.transports.words import Envelope, Reply, Verdict


class _Asked(NamedTuple):
    envelope: Envelope
    answer: "asyncio.Future[Reply]"

    def tell(self, reply: Reply) -> None:
        if not self.answer.done():
            self.answer.set_result(reply)


class Waiting:
    """Keeps envelopes until a connection is free, and who waits for their replies."""

    def __init__(self, wake: Callable[[int], None], pausing: Callable[[], bool]) -> None:
        """``wake`` is told how many messages wait, ``pausing`` says whether the server is away and not to be tried just now."""
        self._wake, self._pausing = wake, pausing
        self._queue: deque[_Asked] = deque()
        self._taken: dict[int, deque[_Asked]] = {}
        self._away: Reply | None = None
        self._closed = False

    async def send(self, envelope: Envelope) -> Reply:
        """What became of it; at once while the server is away."""
        if self._closed:
            return Reply(Verdict.NOT_TRIED, text="the transport is closing")
        if refusal := refuse(envelope):
            return refusal
        asked = _Asked(envelope, asyncio.get_running_loop().create_future())
        self._queue.append(asked)
        if self._away and self._pausing():
            self._answer_waiting(self._away)
        self._wake(len(self._queue))
        return await asked.answer

    def close(self) -> None:
        """Hand back what waits; what is under way is still answered."""
        self._closed = True
        self._answer_waiting(Reply(Verdict.NOT_TRIED, text="the transport is closing"))

    def next(self, route: str) -> Envelope | None:  # noqa: ARG002
        """The oldest that may still be begun, of those that someone still waits for."""
        while self._queue:
            asked = self._queue.popleft()
            begin_by = asked.envelope.begin_by
            if begin_by is not None and time.monotonic() > begin_by:
                asked.tell(Reply(Verdict.NOT_TRIED, text="its time to begin had passed"))
            elif not asked.answer.done():
                self._taken.setdefault(asked.envelope.message_id, deque()).append(asked)
                return asked.envelope
        return None

    def dotting(self, message_id: int) -> bool:  # noqa: ARG002
        """Nothing to note: whoever sends this way learns of doubt by the reply."""
        return True

    def answered(self, message_id: int, reply: Reply) -> None:
        """Tell who waits; what only lost its connection is first in the queue again."""
        taken = self._taken[message_id]
        asked = taken.popleft()
        if not taken:
            del self._taken[message_id]
        if reply.verdict is Verdict.NOT_TRIED and not self._closed:
            self._queue.appendleft(asked)
            self._wake(len(self._queue))
        else:
            asked.tell(reply)

    def away(self, route: str, reply: Reply) -> None:  # noqa: ARG002
        """Put off everything that waits."""
        self._away = reply
        self._answer_waiting(reply)

    def back(self, route: str) -> None:  # noqa: ARG002
        """Keep what comes again."""
        self._away = None

    def _answer_waiting(self, reply: Reply) -> None:
        while self._queue:
            self._queue.popleft().tell(reply)
