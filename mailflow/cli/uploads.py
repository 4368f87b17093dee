"""Bodies too large to be held: kept in a file without a name while they come, which is gone when they are answered, or when we die."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from mailflow.cli.bodies import BODY_SECONDS, Line, Refused, Scope, address, said_length
from mailflow.foundation.accounts import network_of
from mailflow.foundation.disk import lacks_room

LARGEST_UPLOAD = 201 * 1024 * 1024
"""A little more than the largest file that any door takes."""
UPLOADS_A_NETWORK = 4
"""Under way at once from one network (or proxy)."""
UPLOADS_BYTES = 1024 * 1024 * 1024
"""Of all under way together."""
SLOWEST = 32 * 1024
"""Bytes a second, beyond what any body is given: 200 MB may take an hour and three quarters."""
_PIECE = 1024 * 1024
_LEFT_OVER = ".upload-*"
_DAY = 24 * 3600.0


class Uploads:
    """The large bodies under way, all of them from people or programs that are known."""

    def __init__(self, doors: Mapping[str, str], folder: Path, *, seconds: float = BODY_SECONDS) -> None:
        """``doors``: the paths that take them, each with the one whose GET tells whether the sender is known."""
        self.doors = doors
        self._folder, self._seconds = folder, seconds
        self._coming: Counter[str] = Counter()
        self._promised = 0

    @asynccontextmanager
    async def whole(self, scope: Scope, line: Line) -> AsyncIterator[tuple[BinaryIO, int]]:
        """The body as a file, and its length; raises Refused where it is too long, too slow, cut off, one too many, or the disk is full."""
        length, network = said_length(scope, LARGEST_UPLOAD), network_of(address(scope.client)[0])
        if self._coming[network] >= UPLOADS_A_NETWORK or self._promised + length > UPLOADS_BYTES or lacks_room(self._folder):
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self._coming[network] += 1
        self._promised += length
        try:
            with tempfile.TemporaryFile(dir=self._folder) as file:
                await self._keep(line, file, length)
                yield file, length
        finally:
            self._promised -= length
            self._coming[network] -= 1
            self._coming += Counter()  # forgets networks of which nothing is under way

    async def _keep(self, line: Line, file: BinaryIO, length: int) -> None:
        """Written piece by piece in a thread: the loop never waits for the disk. Who sends nothing for a while is given up."""
        loop, piece = asyncio.get_running_loop(), bytearray()
        last = loop.time() + self._seconds + length / SLOWEST
        try:
            async with asyncio.timeout(self._seconds) as patience:
                async for part in line:
                    patience.reschedule(min(last, loop.time() + self._seconds))
                    piece += part
                    if len(piece) >= _PIECE:
                        await asyncio.to_thread(file.write, bytes(piece))
                        piece.clear()
        except TimeoutError:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None
        file.write(piece)
        if file.tell() != length:
            raise Refused(HTTPStatus.BAD_REQUEST)
        file.seek(0)


def forget_leftovers(folder: Path) -> None:
    """Delete what doors wrote of files and left when the process was killed: nobody works on something a day old."""
    for file in folder.glob(_LEFT_OVER):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _DAY:
                file.unlink()
