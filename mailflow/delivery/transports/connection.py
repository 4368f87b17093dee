"""One kept-open connection that carries message after message, pipelined where the server offers it (RFC 2920)."""

import math
import re
import time
from typing import Protocol

from mailflow.delivery.transports.grammar import Answer, Extensions
from mailflow.delivery.transports.line import Line, Step
from mailflow.delivery.transports.route import Route, Tls
from mailflow.delivery.transports.transaction import begin, content_pieces, read_answer, read_silence
from mailflow.delivery.transports.words import Envelope, Reply, Verdict

_TAKEN_AND_NEXT = re.compile(rb"(2\d\d) ([^\r\n]*)\r\n2\d\d [^\r\n]*\r\n2\d\d [^\r\n]*\r\n354 [^\r\n]*\r\n").fullmatch
"""What comes nearly always, in one piece: the dot was taken, and MAIL, RCPT and DATA of the next message behind it."""
_QUICK = 0.08
"""Seconds. Only behind the content of a connection whose last final dot was answered so soon is the next message announced."""
_LATE = 0.16
"""Seconds. What was announced so and could leave only later than this does not leave: its reader may have left by now."""


class Owner(Protocol):
    """Who a connection takes its messages from, and tells what happens."""

    pipelining: bool

    def next(self) -> Envelope | None:
        """The next message to begin."""

    def dotting(self, message_id: int) -> bool:
        """The message's content goes out now; False when it must not."""

    def answered(self, message_id: int, reply: Reply) -> None:
        """The message has its reply."""

    def rests(self, connection: "Connection") -> None:
        """The connection has nothing to do."""

    def leaves(self, connection: "Connection") -> None:
        """The connection takes no more messages."""

    def lost(self, message_id: int, why: str, *, overdue: bool, innocent: bool) -> None:
        """The message was begun, not dotted, and lost its connection; ``innocent`` if that was surely not on its account."""

    def fruitless(self, reply: Reply) -> None:
        """The server ended the connection, with this word, before it had carried anything."""


class Connection(Line):
    """Carries messages for its owner. A reply always belongs to the oldest command not yet answered.

    While one message's content travels, the next one's MAIL, RCPT and DATA travel behind it: one round trip a message. So at
    most one message has its final dot out and no reply, and at most one more is begun. Where CHUNKING is offered (RFC 3030),
    BDAT stands for DATA and dot, as deep and no deeper.
    """

    def __init__(self, owner: Owner, route: Route) -> None:
        super().__init__(route.patience)
        self._owner, self._most = owner, route.messages_per_connection
        self._out: Envelope | None = None
        self._begun: Envelope | None = None
        self._fault: Answer | None = None
        self._unsaid: list[tuple[Step, bytes]] = []
        self._pipelining = self._chunking = self._needs_reset = self._leaving = False
        self._last_step = Step.DATA
        self.offered = Extensions()
        self.is_encrypted = route.tls is Tls.IMPLICIT
        self.done = 0
        self.resting_since = 0.0
        self._is_quick, self._dotted_at, self._content_by = False, 0.0, math.inf

    def start(self) -> None:
        """Begin to work: the greeting is over."""
        self._pipelining = "PIPELINING" in self.offered and self._owner.pipelining
        self._chunking = "CHUNKING" in self.offered
        self._last_step = Step.RCPT if self._chunking else Step.DATA
        self.go_on()

    def go_on(self) -> None:
        """Begin the next message, or rest; or leave, when enough were carried."""
        if self._out or self._begun or not self.is_open:
            return
        if self._leaving or self.done >= self._most:
            self.leave()
        elif commands := self._begin_next():
            self.write(commands)
        else:
            self.resting_since = self._loop.time()
            self._owner.rests(self)

    def leave(self) -> None:
        """Take no more messages; say QUIT once the present ones are through."""
        if not self._leaving:
            self._leaving = True
            self._owner.leaves(self)
        if not (self._out or self._begun) and self.is_open:
            self.expect(Step.QUIT)
            self.write(b"QUIT\r\n")

    def ended(self, why: str, *, overdue: bool) -> None:
        """Settle what was under way: the dotted is in doubt, what was only begun goes back to the owner."""
        self._leaving = True
        out, begun, self._out, self._begun = self._out, self._begun, None, None
        self._owner.leaves(self)
        if out:  # with another's commands behind the dot, what has not left may be those only
            self._owner.answered(out.message_id, read_silence(why, dotted=self.all_left or begun is not None))
        if begun:
            overdue = overdue and self._pipelining
            unheard = bool(self.done and self._expected and self._expected[0] in {Step.RSET, Step.MAIL})
            self._owner.lost(begun.message_id, why, overdue=overdue, innocent=out is not None or unheard)
            if not (out or self.done or overdue):
                self._owner.fruitless(read_silence(why, dotted=False))

    def data_received(self, data: bytes) -> None:
        """Read the four usual answers at one glance, any others one by one."""
        out, expected = self._out, self._expected
        if out and len(expected) == 4 and expected[0] is Step.CONTENT and expected[3] is Step.DATA and not self._answers.waiting():
            found = _TAKEN_AND_NEXT(data)
            if found:
                expected.clear()
                self._finished()
                reply = Reply(Verdict.SENT, "", int(found[1]), None, found[2].decode("utf-8", "replace"))
                self._owner.answered(out.message_id, reply)
                self._send_content()
                return
        super().data_received(data)

    def take(self, step: Step, answer: Answer) -> None:
        """Act on the answer to a command."""
        if step is Step.MAIL or step is Step.RCPT:
            self._envelope_answered(step, answer)
        elif step is Step.DATA:
            self._data_answered(answer)
        elif step is Step.CONTENT:
            self._content_answered(answer)
        elif step is Step.QUIT:
            self.end("we said goodbye")
        else:
            super().take(step, answer)

    def _begin_next(self) -> bytes:
        """Take the owner's next message that this server can take, and expect the answers; what to write now, nothing without one."""
        while (envelope := self._owner.next()) is not None:
            commands = begin(envelope, self.offered)
            if isinstance(commands, Reply):
                self._owner.answered(envelope.message_id, commands)
                continue
            self._begun, self._fault, self._content_by = envelope, None, math.inf
            return self._announce(*commands)
        return b""

    def _announce(self, mail: str, rcpt: str) -> bytes:
        """Expect the answers to a message's commands; the bytes to write now: all of them, or the first."""
        reset = ""
        if self._needs_reset:
            self._needs_reset, reset = False, "RSET\r\n"
            self.expect(Step.RSET)
        if not self._pipelining:
            self._unsaid = [(Step.RCPT, rcpt.encode()), *([] if self._chunking else [(Step.DATA, b"DATA\r\n")])]
            self.expect(Step.MAIL)
            return f"{reset}{mail}".encode()
        if self._chunking:
            self.expect(Step.MAIL, Step.RCPT)
            return f"{reset}{mail}{rcpt}".encode()
        self.expect(Step.MAIL, Step.RCPT, Step.DATA)
        return f"{reset}{mail}{rcpt}DATA\r\n".encode()

    def _envelope_answered(self, step: Step, answer: Answer) -> None:
        """MAIL or RCPT was answered; pipelined commands behind a refused one are answered too, and waited for."""
        if not 200 <= answer.code < 300:
            self._fault = self._fault or answer
            if answer.code == 421 or not self._pipelining:
                self._refused()
                return
        if step is self._last_step:
            self._send_content() if self._fault is None else self._refused()
        elif not self._pipelining:
            following, command = self._unsaid.pop(0)
            self.expect(following)
            self.write(command)

    def _data_answered(self, answer: Answer) -> None:
        if answer.code == 354 and self._fault is None:
            self._send_content()
        elif answer.code < 400 and self._fault is None:
            self.end(f"the server broke the protocol: {answer.code} to DATA")
        else:
            self._fault = self._fault or answer
            # Whoever is told to go on although the recipient was refused could send an empty mail with a dot.
            self._refused("the server broke the protocol: 354 after a refusal" if answer.code == 354 else "")

    def _send_content(self) -> None:
        envelope = self._begun
        if envelope is None or not self.is_open:
            return
        now = time.monotonic()
        if now > self._content_by:
            self._keep_back("it was announced too long ago")
            return
        if not self._owner.dotting(envelope.message_id):
            self._keep_back("that it leaves could not be noted")
            return
        self._out, self._begun, self._dotted_at = envelope, None, now
        self.expect(Step.CONTENT)
        pieces = content_pieces(envelope, chunked=self._chunking)
        follows = b""
        if self._is_quick and self._pipelining and not self._leaving and self.done + 1 < self._most:
            follows = self._begin_next()
            self._content_by = now + _LATE
        if self._transport:
            self._transport.writelines((*pieces, follows) if follows else pieces)

    def _keep_back(self, why: str) -> None:
        """Let a message not leave that the server waits for: there is no way back but the connection's end."""
        if envelope := self._begun:
            self._begun = None
            self._owner.answered(envelope.message_id, Reply(Verdict.NOT_TRIED, text=why))
            self.end("a message must not leave")

    def _content_answered(self, answer: Answer) -> None:
        if not 200 <= answer.code < 300 and answer.code < 400:
            self.end(f"the server broke the protocol: {answer.code} to the final dot")
            return
        if envelope := self._out:
            self._finished()
            self._owner.answered(envelope.message_id, read_answer(answer))
            self._after(answer)

    def _finished(self) -> None:
        """Its final dot was answered; what comes next may be announced behind a content only where that was quick."""
        self._out = None
        self.done += 1
        self._is_quick = time.monotonic() - self._dotted_at <= _QUICK

    def _refused(self, end: str = "") -> None:
        """The server said no before the content went; go on, or ``end`` the connection for this reason."""
        if envelope := self._begun:
            fault, self._begun = self._fault or Answer(0, ""), None
            self._needs_reset = True
            self._owner.answered(envelope.message_id, read_answer(fault))
            if end:
                self.end(end)
            else:
                self._after(fault)

    def _after(self, answer: Answer) -> None:
        """Go on, unless the server is closing (RFC 5321 section 3.8: 421 may come at any time)."""
        if answer.code == 421:
            if not self.done:
                self._owner.fruitless(read_answer(answer))
            self.end(f"the server is closing: {answer.text}")
        else:
            self.go_on()
