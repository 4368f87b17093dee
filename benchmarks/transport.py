"""Ready-made messages through our SMTP pool, beside smtp-source with the same size over as many connections."""

import asyncio
import smtplib
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvloop

from benchmarks.distant import distant_server
from benchmarks.postfix import SmtpSink, smtp_sink, smtp_source_rate
from benchmarks.registry import Figure, bench, interleaved
from mailflow.delivery.transports import open_transport
from mailflow.delivery.transports.words import Envelope, Reply, Verdict

SIZE = 21_500
"""Bytes of a personalised newsletter on the wire, the size that the goals name."""
_MESSAGES = 20_000
_ROUNDS = 5
_HEAD = b"From: Taller <hola@example.com>\r\nTo: ana@example.net\r\nSubject: Novedades\r\n\r\n"
CONTENT = (_HEAD + b"Una linea como otra cualquiera, de setenta y seis letras mas o menos, sin mas\r\n" * 400)[: SIZE - 2] + b"\r\n"


@bench("send.transport")
def over_ten() -> Figure:
    """Ten connections."""
    return _measure("send.transport", 10)


@bench("send.transport50")
def over_fifty() -> Figure:
    """Fifty connections."""
    return _measure("send.transport50", 50)


@bench("send.transport.cpu")
def computing() -> Figure:
    """Our own computing for each message, beside what the goals allow."""
    with tempfile.TemporaryDirectory() as folder, smtp_sink(Path(folder)) as sink:
        spent = sorted(_computing(sink) for _ in range(_ROUNDS))[_ROUNDS // 2]
    return Figure("send.transport.cpu", spent, "us a message", "goal", 35.0)


@bench("send.latency50")
def from_afar() -> Figure:
    """Fifty connections to a server 50 ms away, beside smtplib in fifty threads that keep their connections."""
    with distant_server() as port:
        url = f"smtp://127.0.0.1:{port}?tls=none&connections=50&messages=1000000"
        ours, theirs = interleaved(3, lambda: 5_000 / uvloop.run(send_ready_made(url, 5_000)), lambda: _by_smtplib(port, 50, each=25))
    return Figure("send.latency50", ours, "msg/s", "smtplib, 50 threads", theirs)


class ReadyMade:
    """Work that hands out the same content to one address after another, and counts what was taken."""

    def __init__(self, messages: int, content: bytes = CONTENT) -> None:
        self._left, self._open, self._content = messages, messages, content
        self.done = asyncio.Event()

    def next(self, route: str) -> Envelope | None:  # noqa: ARG002
        """One more, until all are out."""
        if not self._left:
            return None
        self._left -= 1
        return Envelope(self._left, "rebotes@example.com", f"ana+{self._left}@example.net", self._content, None, True)

    def dotting(self, message_id: int) -> bool:  # noqa: ARG002
        """Nothing to note."""
        return True

    def answered(self, message_id: int, reply: Reply) -> None:  # noqa: ARG002
        """Every message has to be taken."""
        if reply.verdict is not Verdict.SENT:
            raise SystemExit(f"The sink refused a message: {reply.text}")
        self._open -= 1
        if not self._open:
            self.done.set()

    def away(self, route: str, reply: Reply) -> None:  # noqa: ARG002
        """The sink must be there."""
        raise SystemExit(f"The sink is away: {reply.text}")

    def back(self, route: str) -> None:
        """Never after never away."""


async def send_ready_made(url: str, messages: int) -> float:
    """Seconds from the first connection to the last reply."""
    work = ReadyMade(messages)
    transport = open_transport(url, home=Path(), work=work)
    began = time.perf_counter()
    transport.wake()
    await work.done.wait()
    spent = time.perf_counter() - began
    await transport.close()
    return spent


def _by_smtplib(port: int, threads: int, *, each: int) -> float:
    """Messages a second; connecting is counted on both sides."""

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for number in range(each):
                connection.sendmail("rebotes@example.com", [f"ana+{number}@example.net"], CONTENT)

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as workers:
        for sent in [workers.submit(send) for _ in range(threads)]:
            sent.result()
    return threads * each / (time.perf_counter() - began)


def _measure(key: str, connections: int) -> Figure:
    with tempfile.TemporaryDirectory() as folder, smtp_sink(Path(folder)) as sink:
        ours, theirs = interleaved(
            _ROUNDS,
            lambda: _rate(sink, connections),
            lambda: smtp_source_rate(sink.port, messages=_MESSAGES, size=SIZE, connections=connections),
        )
    return Figure(key, ours, "msg/s", "smtp-source", theirs)


def _rate(sink: SmtpSink, connections: int) -> float:
    """Messages a second, all of them taken."""
    before = sink.taken()
    spent = uvloop.run(send_ready_made(_url(sink, connections), _MESSAGES))
    time.sleep(0.1)
    if sink.taken() - before != _MESSAGES:
        raise SystemExit(f"The sink took {sink.taken() - before} messages of {_MESSAGES}.")
    return _MESSAGES / spent


def _computing(sink: SmtpSink) -> float:
    before = time.process_time()
    uvloop.run(send_ready_made(_url(sink, 10), _MESSAGES))
    return (time.process_time() - before) / _MESSAGES * 1e6


def _url(sink: SmtpSink, connections: int) -> str:
    return f"smtp://127.0.0.1:{sink.port}?tls=none&connections={connections}&messages=1000000"
