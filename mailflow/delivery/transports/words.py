"""What a transport is given, what it answers, and how it asks for the next message."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

ONLY_ROUTE = "mail"
"""The name of the route where a mail URL names the only one."""


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
    """Surely not taken, through no fault of the message: its connection was lost before the final dot, or the transport closes."""


class Envelope(NamedTuple):
    """One message for exactly one person.

    ``begin_by`` is a second of time.monotonic() after which ``send`` may not begin it. ``stuffed`` promises a content of 7-bit
    bytes whose lines, the last one too, end in CRLF and never begin with a dot: it goes out unread.
    """

    message_id: int
    sender: str
    recipient: str
    content: bytes
    begin_by: float | None = None
    stuffed: bool = False


class Reply(NamedTuple):
    """What became of an envelope, why (a word of outbox.words.Reason, empty when sent), and the server's own words."""

    verdict: Verdict
    reason: str = ""
    code: int | None = None
    enhanced: str | None = None
    text: str = ""
    retry_after: timedelta | None = None


class Health(NamedTuple):
    """How one route is: its connections, whether its server is away and for how many seconds more, what last went wrong."""

    route: str
    server: str
    open: int = 0
    busy: int = 0
    away: bool = False
    again_in: float = 0.0
    failure: Reply | None = None
    failed_ago: float | None = None
    answers: Mapping[Verdict, int] = {}

    @property
    def idle(self) -> int:
        """Connections that are open and carry nothing."""
        return self.open - self.busy


class Work(Protocol):
    """Whoever has messages. A transport calls it in the event loop's thread only; it never raises, and may call ``wake``."""

    def next(self, route: str) -> Envelope | None:
        """A connection of this route is free and begins the message at once; None: it rests until ``wake``."""

    def dotting(self, message_id: int) -> bool:
        """In this same turn of the loop the message's final dot goes to the socket: from now on it may arrive.

        False when that cannot be noted: then it does not leave, and is answered NOT_TRIED.
        """

    def answered(self, message_id: int, reply: Reply) -> None:
        """What became of it; exactly once for each envelope that ``next`` gave."""

    def away(self, route: str, reply: Reply) -> None:
        """No connection can be made: ``next`` is not called for this route until ``back``. Told again when a later try fails too."""

    def back(self, route: str) -> None:
        """A connection could be made again."""


class Transport(Protocol):
    """A way out. Nothing in it raises for what a server, a network or an address does."""

    connections: int
    """The most connections at once, of all routes together."""
    routes: Mapping[str, int]
    """The most connections of each route."""

    def choose(self, sender: str, recipient: str) -> str:
        """The name of the route that carries such a message now."""

    def wake(self, route: str | None = None, waiting: int | None = None) -> None:
        """There is something to send; ``waiting`` says how many, so that no more connections are opened than are needed."""

    def health(self) -> tuple[Health, ...]:
        """How each route is."""

    async def send(self, envelope: Envelope) -> Reply:
        """Hand one message to the next server, and say what became of it; only for a transport without work of its own."""

    async def close(self) -> None:
        """Let what is under way end, hand back what waits, and close every connection."""
