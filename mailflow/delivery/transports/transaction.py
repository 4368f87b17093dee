"""One message on its way: the commands that carry it, and what became of it."""

import asyncio

from mailflow.delivery.replies import classify, split_enhanced
from mailflow.delivery.transports.grammar import Answer, Extensions
from mailflow.delivery.transports.words import Envelope, Reply, Verdict
from mailflow.outbox.words import Reason

MOST_TRIES = 3
"""How many connections a message may be begun on within one ``send``, each lost before its final dot."""


class Job:
    """An envelope, who waits for its reply, and how far it got on its present connection."""

    __slots__ = ("dotted", "envelope", "fault", "recipient", "sender", "steps", "tries", "waiter")

    def __init__(self, envelope: Envelope, sender: str, recipient: str, waiter: "asyncio.Future[Reply]") -> None:
        self.envelope, self.sender, self.recipient, self.waiter = envelope, sender, recipient, waiter
        self.tries = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the connection it was on."""
        self.fault: Answer | None = None
        self.steps: list[bytes] = []
        self.dotted = False

    def finish(self, reply: Reply) -> None:
        """Answer whoever waits, if anyone still does."""
        if not self.waiter.done():
            self.waiter.set_result(reply)


def plan(job: Job, offered: Extensions) -> Reply | None:
    """Set the job's commands for a server with these extensions, or say why it cannot take the message."""
    size, parameters = len(job.envelope.content), ""
    if offered.size and size > offered.size:
        return _refuse(Reason.CONTENT, 552, "5.3.4", f"the message has {size} bytes, the server takes {offered.size}")
    if "SIZE" in offered:
        parameters += f" SIZE={size}"
    if not job.envelope.content.isascii():
        if "8BITMIME" not in offered:
            return _refuse(Reason.CONTENT, 554, "5.6.3", "the message has 8-bit bytes and the server takes only 7-bit mail")
        parameters += " BODY=8BITMIME"
    if not (job.sender.isascii() and job.recipient.isascii()):
        if "SMTPUTF8" not in offered:
            return _refuse(Reason.UNKNOWN, 553, "5.6.7", "the address needs SMTPUTF8, which the server does not offer")
        parameters += " SMTPUTF8"
    job.steps = [f"MAIL FROM:<{job.sender}>{parameters}\r\n".encode(), f"RCPT TO:<{job.recipient}>\r\n".encode(), b"DATA\r\n"]
    return None


def read_answer(answer: Answer) -> Reply:
    """What a server's answer to a message means."""
    if 200 <= answer.code < 300:
        return Reply(Verdict.SENT, "", answer.code, None, answer.text)
    enhanced, text = split_enhanced(answer.text)
    return classify(answer.code, enhanced, text)


def read_silence(why: str, *, dotted: bool) -> Reply:
    """What a lost connection means: doubt once the final dot has left, else another try."""
    if dotted:
        return Reply(Verdict.UNCERTAIN, Reason.INTERRUPTED, text=f"no reply to the final dot: {why}")
    return Reply(Verdict.DEFERRED, Reason.NETWORK, text=why)


def _refuse(reason: Reason, code: int, enhanced: str, text: str) -> Reply:
    return Reply(Verdict.FAILED, reason, code, enhanced, text)
