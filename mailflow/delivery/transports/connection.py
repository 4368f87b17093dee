"""One kept-open connection that carries message after message, pipelined where the server offers it (RFC 2920)."""

from collections import deque
from functools import partial
from typing import Protocol

from mailflow.delivery.transports.grammar import Answer, Extensions, data_block
from mailflow.delivery.transports.line import Line
from mailflow.delivery.transports.route import Route
from mailflow.delivery.transports.transaction import Job, plan, read_answer, read_silence


class Owner(Protocol):
    """Who a connection takes its messages from, and tells what happens."""

    pipelining: bool

    def next_job(self) -> Job | None:
        """The next message to begin."""

    def rests(self, connection: "Connection") -> None:
        """The connection has nothing to do."""

    def leaves(self, connection: "Connection") -> None:
        """The connection takes no more messages."""

    def lost(self, jobs: list[Job], why: str, *, overdue: bool) -> None:
        """The connection is no more; these were begun, not dotted, and deserve another one."""


class Connection(Line):
    """Carries jobs for its owner. A reply always belongs to the oldest command not yet answered.

    While one message's data travels, the next one's MAIL, RCPT and DATA travel behind it: one round trip a message. So at most
    one message has its final dot out and no reply, and at most one more is begun.
    """

    def __init__(self, owner: Owner, route: Route) -> None:
        super().__init__(route.patience.banner)
        self._owner, self._patience, self._most = owner, route.patience, route.messages_per_connection
        self._jobs: deque[Job] = deque()
        self._pipelining = self._needs_reset = self._leaving = False
        self.offered = Extensions()
        self.done = 0
        self.resting_since = 0.0

    def start(self) -> None:
        """Begin to work: the greeting is over."""
        self._pipelining = "PIPELINING" in self.offered and self._owner.pipelining
        self.go_on()

    def go_on(self) -> None:
        """Begin the next message, or rest; or leave, when enough were carried."""
        if self._jobs or not self.is_open:
            return
        if self._leaving or self.done >= self._most:
            self.leave()
        elif (job := self._next()) is not None:
            self._begin(job)
        else:
            self.resting_since = self._loop.time()
            self._owner.rests(self)

    def leave(self) -> None:
        """Take no more messages; say QUIT once the present ones are through."""
        if not self._leaving:
            self._leaving = True
            self._owner.leaves(self)
        if not self._jobs and self.is_open:
            self.expect(lambda _: self.end("we said goodbye"), self._patience.connect)
            self.write(b"QUIT\r\n")

    def ended(self, why: str, *, overdue: bool) -> None:
        """Settle what was under way: the dotted is in doubt, what was only begun goes back to the owner."""
        self._leaving = True
        self._owner.leaves(self)
        given_back = []
        for number, job in enumerate(self._jobs):
            if job.dotted:  # with another's commands behind the dot, what has not left may be those only
                job.finish(read_silence(why, dotted=self.all_left or len(self._jobs) > 1))
            elif self.done or number or (overdue and self._pipelining):
                given_back.append(job)
            else:
                job.finish(read_silence(why, dotted=False))
        self._jobs.clear()
        self._owner.lost(given_back, why, overdue=overdue and self._pipelining)

    def _next(self) -> Job | None:
        """The owner's next job that this server can take."""
        while (job := self._owner.next_job()) is not None:
            if (refusal := plan(job, self.offered)) is None:
                return job
            job.finish(refusal)
        return None

    def _begin(self, job: Job) -> None:
        self._jobs.append(job)
        if self._needs_reset:
            self._needs_reset = False
            self.expect(lambda _: None, self._patience.command)
            self.write(b"RSET\r\n", self._announce(job))
        else:
            self.write(self._announce(job))

    def _announce(self, job: Job) -> bytes:
        """Expect the answers to a job's commands; the bytes to write now: all of them, or the first."""
        job.tries += 1
        if not self._pipelining:
            return self._step(job)
        for _ in job.steps[:-1]:
            self.expect(partial(self._envelope_answered, job), self._patience.command)
        self.expect(partial(self._data_answered, job), self._patience.data)
        commands, job.steps = b"".join(job.steps), []
        return commands

    def _step(self, job: Job) -> bytes:
        """Without pipelining: the next command, its answer expected."""
        command = job.steps.pop(0)
        self.expect(partial(self._envelope_answered if job.steps else self._data_answered, job), self._patience.command)
        return command

    def _envelope_answered(self, job: Job, answer: Answer) -> None:
        """MAIL or RCPT was answered; pipelined commands behind a refused one are answered too, and waited for."""
        refused = not 200 <= answer.code < 300
        if refused and job.fault is None:
            job.fault = answer
        if answer.code == 421 or (refused and not self._pipelining):
            self._refused(job)
        elif not self._pipelining:
            self.write(self._step(job))

    def _data_answered(self, job: Job, answer: Answer) -> None:
        if answer.code == 354 and job.fault is None:
            self._send_content(job)
        elif answer.code < 400 and job.fault is None:
            self.end(f"the server broke the protocol: {answer.code} to DATA")
        else:
            job.fault = job.fault or answer
            self._refused(job)
            if answer.code == 354:  # a dot now could send an empty mail
                self.end("the server broke the protocol: 354 after a refusal")

    def _send_content(self, job: Job) -> None:
        job.dotted = True
        self.expect(partial(self._dot_answered, job), self._patience.final_dot)
        follows = self._next() if self._pipelining and not self._leaving and self.done + 1 < self._most else None
        if follows is None:
            self.write(data_block(job.envelope.content))
        else:
            self._jobs.append(follows)
            self.write(data_block(job.envelope.content), self._announce(follows))

    def _dot_answered(self, job: Job, answer: Answer) -> None:
        if not 200 <= answer.code < 300 and answer.code < 400:
            self.end(f"the server broke the protocol: {answer.code} to the final dot")
            return
        self._jobs.remove(job)
        self.done += 1
        job.finish(read_answer(answer))
        self._after(answer)

    def _refused(self, job: Job) -> None:
        """The server said no before the content went."""
        fault = job.fault or Answer(0, "")
        self._jobs.remove(job)
        self._needs_reset = True
        job.finish(read_answer(fault))
        self._after(fault)

    def _after(self, answer: Answer) -> None:
        """Go on, unless the server is closing (RFC 5321 section 3.8: 421 may come at any time)."""
        if answer.code == 421:
            self.end(f"the server is closing: {answer.text}")
        else:
            self.go_on()
