"""A network between a worker and PostgreSQL that now and then loses the answer to a COMMIT: it was kept, and nobody is told."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_COMMIT = b"COMMIT\0"


class _Network:
    def __init__(self, port: int, every: int) -> None:
        self._port, self._every, self._commits = port, every, 0
        self.lost = 0
        self.ways: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        self.ways |= {writer, server_writer}
        loses = asyncio.Event()
        ways = (self._there(reader, server_writer, loses), self._back(server_reader, writer, loses))
        tasks = [asyncio.create_task(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for one in (writer, server_writer):
            one.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(writer.wait_closed(), server_writer.wait_closed(), return_exceptions=True)
        self.ways -= {writer, server_writer}

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, loses: asyncio.Event) -> None:
        while data := await reader.read(65536):
            if _COMMIT in data:
                self._commits += 1
                if self._commits % self._every == 0:
                    loses.set()
            writer.write(data)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, loses: asyncio.Event) -> None:
        while data := await reader.read(65536):
            if loses.is_set():  # the server has answered, so it has kept it
                self.lost += 1
                return
            writer.write(data)
            await writer.drain()


async def _serve(network: _Network, told: "queue.Queue[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]]") -> None:
    server, stop = await asyncio.start_server(network.carry, "127.0.0.1", 0), asyncio.Event()
    told.put((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), stop))
    await stop.wait()
    server.close()
    while network.ways:
        for writer in list(network.ways):
            writer.close()
        await asyncio.sleep(0.01)


@contextmanager
def lossy(port: int, *, every: int) -> Iterator[tuple[int, _Network]]:
    """The port of a way to the server at ``port`` that loses the answer to each COMMIT of so many."""
    network, told = _Network(port, every), queue.Queue()  # type: ignore[var-annotated]
    thread = threading.Thread(target=lambda: asyncio.run(_serve(network, told)))
    thread.start()
    where, loop, stop = told.get(timeout=10)
    try:
        yield where, network
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
