"""An SMTP server that is far away: each reply comes after a delay, and delays overlap, as a round trip's do."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

_EXTENSIONS = b"250-distant.example.net\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250 8BITMIME\r\n"


class _Distant(asyncio.Protocol):
    """One conversation; commands are taken as they come, and answered ``delay`` seconds later in the same order."""

    delay = 0.05

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._buffer, self._in_data = bytearray(), False
        self._answer(b"220 distant.example.net\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answers = []
        while (answer := self._next_answer()) is not None:
            answers.append(answer)
        if answers:
            self._answer(b"".join(answers))

    def _next_answer(self) -> bytes | None:
        end = b"\r\n.\r\n" if self._in_data else b"\r\n"
        at = self._buffer.find(end)
        if at < 0:
            return None
        verb = bytes(self._buffer[:4]).upper()
        del self._buffer[: at + len(end)]
        if self._in_data:
            self._in_data = False
            return b"250 2.0.0 Ok\r\n"
        self._in_data = verb == b"DATA"
        return {b"DATA": b"354 go\r\n", b"EHLO": _EXTENSIONS, b"QUIT": b"221 bye\r\n"}.get(verb, b"250 2.1.0 Ok\r\n")

    def _answer(self, answer: bytes) -> None:
        asyncio.get_running_loop().call_later(self.delay, self._transport.write, answer)


@contextmanager
def distant_server() -> Iterator[int]:
    """The port of such a server, in a process of its own for the length of the block."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.distant"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Distant, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve())
