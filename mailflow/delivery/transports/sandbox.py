"""The sandbox: every mail becomes a file in HOME/inbox, for the studio's inbox page; nothing leaves this computer."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mailflow.delivery.transports.waiting import Waiting
from mailflow.delivery.transports.words import ONLY_ROUTE, Envelope, Health, Reply, Verdict, Work
from mailflow.outbox.words import Reason

MOST_LETTERS = 5_000
_PRUNE_EACH = 250
"""Letters written between two looks at how many there are; a look reads one folder."""


class Sandbox:
    """Keeps the newest MOST_LETTERS mails (and up to 250 more) as ``<time>-<message id>.eml``; a file appears whole or not at all."""

    connections = 20
    """Letters written in one go: the disk is quick, and each turn of the loop costs more than a letter."""

    is_away = False

    def __init__(self, home: Path, *, work: Work | None = None, name: str = ONLY_ROUTE) -> None:
        self._name = name
        self.routes: Mapping[str, int] = {name: self.connections}
        self.folder = home / "inbox"
        self._waiting = Waiting(lambda count: self.wake(waiting=count), lambda: False)
        self._work: Work = work or self._waiting
        self._writing: asyncio.Task[None] | None = None
        self._closing = False
        self._failure: tuple[Reply, float] | None = None
        self._answers: Counter[Verdict] = Counter()
        self._written = _PRUNE_EACH - 1  # look at the first letter of each start too
        self._last = 0

    def choose(self, sender: str, recipient: str) -> str:  # noqa: ARG002
        """There is one folder only."""
        return self._name

    def wake(self, route: str | None = None, waiting: int | None = None) -> None:  # noqa: ARG002
        """Write all there is."""
        if self._writing is None and not self._closing:
            self._writing = asyncio.get_running_loop().create_task(self._write_all())

    def health(self) -> tuple[Health, ...]:
        """A folder is there or it is not."""
        busy, (failure, at) = int(self._writing is not None), self._failure or (None, 0.0)
        ago = time.monotonic() - at if failure else None
        return (Health(self._name, "sandbox", 1, busy, failure=failure, failed_ago=ago, answers=dict(self._answers)),)

    async def send(self, envelope: Envelope) -> Reply:
        """Write the mail; deferred when the folder cannot be written."""
        return await self._waiting.send(envelope)

    async def close(self) -> None:
        """Finish the letters taken, take no more."""
        self._closing = True
        self._waiting.close()
        if self._writing:
            await self._writing

    async def _write_all(self) -> None:
        try:
            while letters := self._take():
                replies = await asyncio.to_thread(self._write, [(self._file_name(one), one) for one in letters])
                for letter, reply in zip(letters, replies, strict=True):
                    self._answered(letter, reply)
        finally:
            self._writing = None

    def _take(self) -> list[Envelope]:
        letters: list[Envelope] = []
        while not self._closing and len(letters) < self.connections and (letter := self._work.next(self._name)):
            if self._work.dotting(letter.message_id):
                letters.append(letter)
            else:
                self._answered(letter, Reply(Verdict.NOT_TRIED, text="that it leaves could not be noted"))
                break
        return letters

    def _answered(self, letter: Envelope, reply: Reply) -> None:
        self._answers[reply.verdict] += 1
        if reply.verdict is not Verdict.SENT:
            self._failure = (reply, time.monotonic())
        self._work.answered(letter.message_id, reply)

    def _file_name(self, envelope: Envelope) -> str:
        """Sortable by time: microseconds since 1970, never the same twice."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last:017d}-{envelope.message_id}.eml"

    def _write(self, letters: list[tuple[str, Envelope]]) -> list[Reply]:
        return [self._write_one(name, letter) for name, letter in letters]

    def _write_one(self, name: str, envelope: Envelope) -> Reply:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = self.folder / f".{name}.{os.getpid()}.part"
            unfinished.write_bytes(envelope.content)
            unfinished.replace(self.folder / name)
            self._written += 1
            if self._written >= _PRUNE_EACH:
                self._written = 0
                prune(self.folder)
        except OSError as error:
            return Reply(Verdict.DEFERRED, Reason.NETWORK, text=f"the sandbox inbox cannot be written: {error.strerror}")
        return Reply(Verdict.SENT, "", 250, None, "kept in the sandbox inbox")


def prune(folder: Path) -> None:
    """Remove the oldest letters beyond MOST_LETTERS."""
    names = sorted(name for name in os.listdir(folder) if name.endswith(".eml") and not name.startswith("."))  # noqa: PTH208
    for name in names[:-MOST_LETTERS]:
        (folder / name).unlink(missing_ok=True)
