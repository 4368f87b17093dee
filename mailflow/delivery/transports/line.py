"""A line to a server: one connection as questions and their answers, in order, each with its patience."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, cast

from mailflow.delivery.transports.grammar import Answer, Answers


class LineLostError(Exception):
    """The connection ended, or had to be ended, before the answer came."""


class _Expected(NamedTuple):
    take: Callable[[Answer], None]
    seconds: float


class Line(asyncio.Protocol):
    """Writes, and gives each answer to whoever expects it; ``ended`` is called once when the line is no more."""

    def __init__(self, banner_seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answers = Answers()
        self._expected: deque[_Expected] = deque()
        self._asked: asyncio.Future[Answer] | None = None
        self._banner_seconds = banner_seconds
        self._deadline = float("inf")
        self.is_open = False
        self.all_left = True
        """Whether everything written has been handed to the operating system."""
        self.closed = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the banner."""
        self.use(cast("asyncio.Transport", transport))
        self.is_open = True
        self._ask(self._banner_seconds)

    def use(self, transport: asyncio.Transport) -> None:
        """Speak through this transport from now on; high=0 makes the loop say when bytes have not left yet."""
        self._transport = transport
        transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        """Give each whole answer to who expects it; an answer that nobody asked for ends the line."""
        for answer in self._answers.feed(data):
            if not self.is_open:
                return
            if not answer.code or not self._expected:
                self.end(f"the server said what was not asked for: {answer.text[:200]}")
                return
            expected = self._expected.popleft()
            self._wait_on()
            expected.take(answer)

    def pause_writing(self) -> None:
        """Told by the loop: bytes are waiting on our side."""
        self.all_left = False

    def resume_writing(self) -> None:
        """Told by the loop: all bytes have gone to the operating system."""
        self.all_left = True

    def connection_lost(self, error: Exception | None) -> None:
        """Told by the loop: it is over."""
        self.end(f"the connection was lost: {error}" if error else "the server closed the connection")
        if not self.closed.done():
            self.closed.set_result(None)

    def write(self, *pieces: bytes) -> None:
        """Send bytes in one go."""
        if self._transport:
            self._transport.writelines(pieces)

    def expect(self, take: Callable[[Answer], None], seconds: float) -> None:
        """Give the next answer that nobody expects yet to ``take``."""
        self._expected.append(_Expected(take, seconds))
        if len(self._expected) == 1:
            self._wait_on()

    async def ask(self, question: bytes, seconds: float) -> Answer:
        """Send one command and wait for its answer; LineLostError when none comes."""
        answer = self._ask(seconds)
        self.write(question)
        return await answer

    async def banner(self) -> Answer:
        """The server's first words."""
        if self._asked is None:
            raise LineLostError("the connection was lost before it began")
        return await self._asked

    def has_pending_text(self) -> bool:
        """Whether text has come that nobody asked for, even if it ended the line; before TLS that is an attack (RFC 3207 section 6)."""
        return not self.is_open or self._answers.waiting() or bool(self._expected)

    def check(self, now: float) -> None:
        """End the line if the answer is overdue; ``now`` is the loop's time."""
        if now > self._deadline:
            self.end("the server did not answer in time", overdue=True)

    def end(self, why: str, *, overdue: bool = False) -> None:
        """Cut the connection and tell who waits; does nothing the second time."""
        if self._transport:
            self._transport.abort()
        was_open, self.is_open, self._deadline = self.is_open, False, float("inf")
        if self._asked and not self._asked.done():
            self._asked.set_exception(LineLostError(why))
            self._asked.exception()  # seen: nobody may be waiting any more
        if was_open:
            self.ended(why, overdue=overdue)

    def ended(self, why: str, *, overdue: bool) -> None:
        """Called once when the line is no more; for those who build on it."""

    @property
    def transport(self) -> asyncio.Transport:
        """The transport in use; LineLostError before there is one."""
        if self._transport is None:
            raise LineLostError("the connection was lost before it began")
        return self._transport

    def _ask(self, seconds: float) -> "asyncio.Future[Answer]":
        asked: asyncio.Future[Answer] = self._loop.create_future()
        self._asked = asked
        self.expect(lambda answer: None if asked.done() else asked.set_result(answer), seconds)
        if not self.is_open:
            asked.set_exception(LineLostError("the connection was lost"))
        return asked

    def _wait_on(self) -> None:
        self._deadline = self._loop.time() + self._expected[0].seconds if self._expected else float("inf")
