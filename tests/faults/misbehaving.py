"""An SMTP server that misbehaves in one chosen way, on a real socket; it keeps what it truly took."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answer = bytes | None
"""What is said, without CRLF at its end; None closes the connection at once."""
ALL = ("PIPELINING", "SIZE 50000000", "8BITMIME", "ENHANCEDSTATUSCODES")


@dataclass
class Manner:
    """How a server behaves; the default is well."""

    banner: Answer = b"220 sink.example.net"
    extensions: tuple[str, ...] = ALL
    ehlo: Answer = b""
    """Said instead of the extensions."""
    auth: Answer = b"235 2.7.0 Welcome"
    mail: Answer = b"250 2.1.0 Ok"
    rcpt: Callable[[str], Answer] = lambda who: b"250 2.1.5 Ok"
    data: Answer = b"354 go"
    read_of_content: int = -1
    """Bytes of the content that are read before the connection is cut; -1 reads it all."""
    dot: Callable[[str], Answer] = lambda who: b"250 2.0.0 Ok: queued"
    keeps: bool = True
    """Whether what came to its final dot is stored."""
    dot_after: float = 0.0
    silent: str = ""
    """The verb that is never answered; "banner" too."""
    each: int = 0
    """Messages a connection carries before ``then`` answers MAIL (None: it is closed without a word after the dot's answer)."""
    then: Answer = b""
    drip: float = 0.0
    """Seconds between two bytes of an answer."""
    drops_pipelined: bool = False
    """Whether commands that came in one piece with the one before are lost."""
    resets: bool = False
    """Whether new connections are reset."""
    tls: ssl.SSLContext | None = None
    starttls: Answer = b"220 go"


@dataclass
class Misbehaving:
    """The running server: its port, what it took and how often it was visited. ``manner`` may be changed at any time."""

    manner: Manner
    port: int = 0
    taken: list[str] = field(default_factory=list)
    connections: int = 0
    verbs: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await _Conversation(self, reader, writer).run()
        finally:
            writer.transport.abort()


class _Conversation:
    def __init__(self, server: Misbehaving, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.recipient, self.begun, self.refused, self.done = "", False, True, 0

    @property
    def manner(self) -> Manner:
        return self.server.manner

    async def run(self) -> None:
        if self.manner.resets:
            return
        going = await self.say(self.manner.banner, "banner")
        while going and (line := await self.reader.readline()):
            verb = line[:4].decode("ascii", "replace").strip().upper()
            self.server.verbs.append(verb)
            going = await self.act(verb, line.decode("utf-8", "replace").strip())
            if self.manner.drops_pipelined:
                self.reader._buffer.clear()  # type: ignore[attr-defined]

    async def say(self, answer: Answer, to: str = "") -> bool:
        """False when the conversation is over."""
        if self.manner.silent and self.manner.silent == to:
            await self.reader.read()
            return False
        if answer is None:
            return False
        if not self.manner.drip:
            self.writer.write(answer + b"\r\n")
            await self.writer.drain()
            return not answer.startswith((b"421", b"221"))
        for byte in answer + b"\r\n":
            self.writer.write(bytes([byte]))
            await asyncio.sleep(self.manner.drip)
        return True

    async def act(self, verb: str, line: str) -> bool:
        manner = self.manner
        if verb == "EHLO":
            offered = b"".join(b"250-" + name.encode() + b"\r\n" for name in manner.extensions)
            return await self.say(manner.ehlo or b"250-sink.example.net\r\n" + offered + b"250 HELP", verb)
        if verb == "STAR":
            return await self.encrypt()
        if verb == "MAIL":
            return await self.mail()
        if verb == "RCPT":
            if not self.begun:
                return await self.say(b"503 5.5.1 MAIL first")
            self.recipient = line[line.index("<") + 1 : line.index(">")]
            answer = manner.rcpt(self.recipient)
            self.refused = not (answer or b"").rpartition(b"\n")[2].startswith(b"2")
            return await self.say(answer, verb)
        if verb == "DATA":
            return await self.data()
        if verb == "BDAT":
            return await self.chunk(int(line.split()[1]))
        answers: dict[str, Answer] = {"HELO": b"250 sink", "QUIT": b"221 bye", "RSET": b"250 Ok", "AUTH": manner.auth}
        return await self.say(answers.get(verb, b"500 what"), verb)

    async def encrypt(self) -> bool:
        if not await self.say(self.manner.starttls) or self.manner.tls is None:
            return False
        await self.writer.start_tls(self.manner.tls)
        return True

    async def mail(self) -> bool:
        if self.manner.each and self.done >= self.manner.each and self.manner.then != b"":
            return await self.say(self.manner.then, "MAIL")
        self.begun, self.refused = (self.manner.mail or b"").startswith(b"2"), True
        return await self.say(self.manner.mail, "MAIL")

    async def data(self) -> bool:
        if self.refused:
            return await self.say(b"503 5.5.1 no valid recipients")
        if not await self.say(self.manner.data, "DATA"):
            return False
        if self.manner.read_of_content >= 0:
            await self.reader.readexactly(self.manner.read_of_content)
            return False
        content = bytearray()
        while (line := await self.reader.readline()) not in {b".\r\n", b""}:
            content += line[1:] if line.startswith(b".") else line
        return bool(line) and await self.dot(bytes(content))

    async def chunk(self, length: int) -> bool:
        content = await self.reader.readexactly(length)
        return await (self.say(b"503 5.5.1 no valid recipients") if self.refused else self.dot(content))

    async def dot(self, content: bytes) -> bool:
        who = self.recipient
        answer = self.manner.dot(who)
        if self.manner.keeps and (answer is None or answer.rpartition(b"\n")[2].startswith(b"2")):
            self.server.taken.append(who)
            self.server.contents[who] = content
        self.done += 1
        if self.manner.dot_after:
            await asyncio.sleep(self.manner.dot_after)
        going = await self.say(answer, "dot")
        return going and not (self.manner.each and self.done >= self.manner.each and self.manner.then is None)


@asynccontextmanager
async def misbehaving(manner: Manner) -> AsyncIterator[Misbehaving]:
    """Such a server on loopback, in the loop that is running, for the length of the block."""
    server = Misbehaving(manner)
    talks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.get_running_loop().create_task(server.converse(reader, writer))
        talks.add(talk)
        talk.add_done_callback(talks.discard)

    listening = await asyncio.start_server(begin, "127.0.0.1", 0, limit=2**20, backlog=512)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for talk in list(talks):
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await asyncio.sleep(0.01)
