"""A line to a server: one connection as questions and their answers, in order, each with its patience."""

import asyncio
from collections import deque
from enum import IntEnum
from typing import cast

from mailflow.delivery.transports.grammar import Answer, Answers
from mailflow.delivery.transports.route import Patience

_NEVER = float("inf")


class LineLostError(Exception):
    """The connection ended, or had to be ended, before the answer came."""


class Step(IntEnum):
    """What an answer is awaited to."""

    ASKED = 0
    """A question of the greeting; whoever asked waits for it."""
    RSET = 1
    MAIL = 2
    RCPT = 3
    DATA = 4
    CONTENT = 5
    """The final dot, or the last chunk."""
    QUIT = 6


class Line(asyncio.Protocol):
    """Writes, and gives each answer to whom it is for; ``ended`` is called once when the line is no more."""

    def __init__(self, patience: Patience) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answers = Answers()
        self._expected: deque[Step] = deque()
        command = patience.command
        self._seconds = (command, command, command, command, patience.data, patience.final_dot, patience.connect)
        self._banner_seconds = patience.banner
        self._asked: asyncio.Future[Answer] | None = None
        self._deadline = _NEVER
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
            step = self._expected.popleft()
            self._wait_on()
            self.take(step, answer)

    def take(self, step: Step, answer: Answer) -> None:
        """The answer to a step has come; those who build on the line take the others."""
        if step is Step.ASKED and self._asked and not self._asked.done():
            self._asked.set_result(answer)

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

    def expect(self, *steps: Step) -> None:
        """Await the answers to these, in this order, after those awaited already."""
        nothing_before = not self._expected
        self._expected.extend(steps)
        if nothing_before:
            self._wait_on()

    async def ask(self, question: bytes) -> Answer:
        """Send one command and wait for its answer; LineLostError when none comes."""
        answer = self._ask(self._seconds[Step.ASKED])
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
        was_open, self.is_open, self._deadline = self.is_open, False, _NEVER
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
        self._asked = asked = self._loop.create_future()
        self.expect(Step.ASKED)
        self._deadline = self._loop.time() + seconds
        if not self.is_open:
            asked.set_exception(LineLostError("the connection was lost"))
        return asked

    def _wait_on(self) -> None:
        self._deadline = self._loop.time() + self._seconds[self._expected[0]] if self._expected else _NEVER
