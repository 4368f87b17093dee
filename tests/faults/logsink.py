"""An SMTP server as a process of its own that writes down each message before it says yes: the oracle of the fault tests.

``python -m tests.faults.logsink LOG [SECONDS]`` prints its port. A line of LOG is: recipient, Message-ID, monotonic time of DATA.
"""

import asyncio
import os
import re
import sys
import time

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_FIXED = {b"RSET": b"250 2.0.0 Ok\r\n", b"NOOP": b"250 2.0.0 Ok\r\n"}


class Conversation(asyncio.Protocol):
    """One connection; pipelined commands are answered in order."""

    def __init__(self, log: int, seconds: float) -> None:
        self._log, self._seconds = log, seconds
        self._buffer = b""
        self._in_content = self._thinking = False
        self._recipient = b""
        self._begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while not self._thinking and self._step():
            pass

    def _step(self) -> bool:
        end = b"\r\n.\r\n" if self._in_content else b"\r\n"
        part, found, rest = self._buffer.partition(end)
        if not found:
            return False
        self._buffer = rest
        if self._in_content:
            self._taken(part)
        else:
            self._command(part)
        return True

    def _command(self, line: bytes) -> None:
        word = line[:4].upper()
        if word == b"EHLO":
            self._transport.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n")
        elif word == b"DATA":
            self._in_content, self._begun = True, time.monotonic()
            self._transport.write(b"354 go on\r\n")
        elif word == b"QUIT":
            self._transport.write(b"221 2.0.0 Bye\r\n")
            self._transport.close()
        else:
            if word == b"RCPT":
                self._recipient = line.partition(b"<")[2].partition(b">")[0]
            self._transport.write(b"250 2.1.0 Ok\r\n")

    def _taken(self, content: bytes) -> None:
        self._in_content = False
        found = _MESSAGE_ID.search(content)
        os.write(self._log, b"%s %s %.4f\n" % (self._recipient, found[1] if found else b"-", self._begun))
        self._thinking = True
        asyncio.get_running_loop().call_later(self._seconds, self._says_yes)

    def _says_yes(self) -> None:
        self._thinking = False
        self._transport.write(b"250 2.0.0 Ok: queued\r\n")
        self.data_received(b"")


async def serve(path: str, seconds: float) -> None:
    """Until killed."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    server = await asyncio.get_running_loop().create_server(lambda: Conversation(log, seconds), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
