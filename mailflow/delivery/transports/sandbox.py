"""The sandbox: every mail becomes a file in HOME/inbox, for the studio's inbox page; nothing leaves this computer."""

import asyncio
import os
import time
from pathlib import Path

from mailflow.delivery.transports.words import Envelope, Reply, Verdict

MOST_LETTERS = 5_000
_PRUNE_EACH = 250
"""Letters written between two looks at how many there are; a look reads one folder."""


class Sandbox:
    """Keeps the newest MOST_LETTERS mails (and up to 250 more) as ``<time>-<message id>.eml``; a file appears whole or not at all."""

    connections = 20
    """Letters written at a time: the disk is quick, and each turn of the sender's loop costs more than a letter."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "inbox"
        self._written = _PRUNE_EACH - 1  # look at the first letter of each start too
        self._last = 0

    async def send(self, envelope: Envelope) -> Reply:
        """Write the mail; deferred when the folder cannot be written."""
        try:
            await asyncio.to_thread(self._write, self._name(envelope), envelope)
        except OSError as error:
            return Reply(Verdict.DEFERRED, "network", text=f"the sandbox inbox cannot be written: {error.strerror}")
        return Reply(Verdict.SENT, "", 250, None, "kept in the sandbox inbox")

    async def close(self) -> None:
        """Nothing is open between letters."""

    def _name(self, envelope: Envelope) -> str:
        """Sortable by time: microseconds since 1970, never the same twice."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last:017d}-{envelope.message_id}.eml"

    def _write(self, name: str, envelope: Envelope) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}.{os.getpid()}.part"
        unfinished.write_bytes(envelope.content)
        unfinished.replace(self.folder / name)
        self._written += 1
        if self._written >= _PRUNE_EACH:
            self._written = 0
            prune(self.folder)


def prune(folder: Path) -> None:
    """Remove the oldest letters beyond MOST_LETTERS."""
    names = sorted(name for name in os.listdir(folder) if name.endswith(".eml") and not name.startswith("."))  # noqa: PTH208
    for name in names[:-MOST_LETTERS]:
        (folder / name).unlink(missing_ok=True)
