"""What a transport is given and what it answers."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol


class Verdict(StrEnum):
    """What became of one try."""

    SENT = "sent"
    """The next server took it: its reply to the final dot was 2xx."""
    DEFERRED = "deferred"
    """It surely was not taken; try again later."""
    FAILED = "failed"
    """It was refused for good."""
    UNCERTAIN = "uncertain"
    """The final dot left, no reply came: it may have arrived."""
    NOT_TRIED = "not_tried"
    """Handed back untouched: the transport was closing, or the envelope's time had passed."""


class Envelope(NamedTuple):
    """One message for exactly one person. ``begin_by`` is a second of time.monotonic() after which it may not be begun."""

    message_id: int
    sender: str
    recipient: str
    content: bytes
    begin_by: float | None = None


class Reply(NamedTuple):
    """What became of an envelope, why (a word of outbox.words.Reason, empty when sent), and the server's own words."""

    verdict: Verdict
    reason: str = ""
    code: int | None = None
    enhanced: str | None = None
    text: str = ""
    retry_after: timedelta | None = None


class Transport(Protocol):
    """A way out. ``send`` never raises for what a server, a network or an address does; hundreds may wait in it at once."""

    connections: int

    async def send(self, envelope: Envelope) -> Reply:
        """Hand one message to the next server, and say what became of it."""

    async def close(self) -> None:
        """Let what is under way end, hand back what waits, and close every connection."""
