"""Ready-made messages through our SMTP pool, beside smtp-source with the same size over as many connections."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

from benchmarks.postfix import SmtpSink, smtp_sink, smtp_source_rate
from benchmarks.registry import Figure, bench, interleaved
from mailflow.delivery.transports import open_transport
from mailflow.delivery.transports.words import Envelope, Transport, Verdict

SIZE = 21_500
"""Bytes of a personalised newsletter on the wire, the size that the goals name."""
_MESSAGES = 10_000
_ROUNDS = 3
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


def _measure(key: str, connections: int) -> Figure:
    with tempfile.TemporaryDirectory() as folder, smtp_sink(Path(folder)) as sink:
        ours, theirs = interleaved(
            _ROUNDS,
            lambda: uvloop.run(_send(sink, connections)),
            lambda: smtp_source_rate(sink.port, messages=_MESSAGES, size=SIZE, connections=connections),
        )
    return Figure(key, ours, "msg/s", "smtp-source", theirs)


async def _send(sink: SmtpSink, connections: int) -> float:
    """Messages a second, all of them taken, from the first connection to the last reply."""
    before = sink.taken()
    transport = open_transport(f"smtp://127.0.0.1:{sink.port}?tls=none&connections={connections}&messages=1000000", home=Path())
    envelopes = iter([Envelope(number, "rebotes@example.com", f"ana+{number}@example.net", CONTENT) for number in range(_MESSAGES)])
    began = time.perf_counter()
    await asyncio.gather(*(_carry(transport, envelopes) for _ in range(connections * 8)))
    spent = time.perf_counter() - began
    await transport.close()
    await asyncio.sleep(0.1)
    if sink.taken() - before != _MESSAGES:
        raise SystemExit(f"The sink took {sink.taken() - before} messages of {_MESSAGES}.")
    return _MESSAGES / spent


async def _carry(transport: Transport, envelopes: Iterator[Envelope]) -> None:
    for envelope in envelopes:
        reply = await transport.send(envelope)
        if reply.verdict is not Verdict.SENT:
            raise SystemExit(f"The sink refused a message: {reply.text}")
