"""What outliving a power cut costs: the campaign of ``send.sqlite`` with the disk waited for less or more than the product does.

``python -m benchmarks.durability [ROUNDS]`` prints the table of docs/decisions/0023; nothing of it can be set in the product.
"""

import mmap
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import uvloop
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event

from benchmarks.campaign import send
from benchmarks.crowd import launched
from benchmarks.postfix import smtp_sink
from benchmarks.yardsticks import disk
from mailflow.delivery.journal import Journal
from mailflow.foundation.settings import Settings

_PEOPLE = 10_000
PRODUCT = "synchronous=FULL, journal in memory (the product)"


@contextmanager
def _synchronous(level: str) -> Iterator[None]:
    """SQLite's care for commits (sqlite.org/pragma.html#pragma_synchronous)."""

    def set_level(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA synchronous={level}")

    event.listen(Engine, "checkout", set_level)
    try:
        yield
    finally:
        event.remove(Engine, "checkout", set_level)


@contextmanager
def _journal_synced(*, each: bool) -> Iterator[None]:
    """The journal's page on the disk before the dot leaves: for each message, or one wait for all that leave within a millisecond."""
    begun, last = Journal.begun, [0.0]

    def noted(self: Journal, message_id: int, epoch: int) -> bool:
        may = begun(self, message_id, epoch)
        if each or time.monotonic() - last[0] > 0.001:
            page = (self._at - 1) // mmap.PAGESIZE * mmap.PAGESIZE
            self._map.flush(page, mmap.PAGESIZE)  # msync(2), which waits
            last[0] = time.monotonic()
        return may

    with patch.object(Journal, "begun", noted):
        yield


LEVELS: dict[str, Callable[[], Any]] = {
    "synchronous=OFF": partial(_synchronous, "OFF"),
    "synchronous=NORMAL": partial(_synchronous, "NORMAL"),
    PRODUCT: partial(_synchronous, "FULL"),
    "synchronous=EXTRA": partial(_synchronous, "EXTRA"),
    "FULL, journal synced once a millisecond": partial(_journal_synced, each=False),
    "FULL, journal synced for each message": partial(_journal_synced, each=True),
}


def main() -> None:
    """Measure all levels in turns, so that the machine's mood meets all of them."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    spent: dict[str, list[tuple[float, float]]] = {level: [] for level in LEVELS}
    with tempfile.TemporaryDirectory(dir=disk()) as folder, smtp_sink(Path(folder)) as sink:
        for turn in range(rounds):
            for number, (level, change) in enumerate(LEVELS.items()):
                home = Path(folder) / f"{turn}-{number}"
                url = f"smtp://127.0.0.1:{sink.port}?tls=none&connections=10"
                settings = Settings(home=home, mail_url=url, base_url="https://cartas.example.com")
                launched(settings, _PEOPLE)
                with ExitStack() as changed:
                    changed.enter_context(change())
                    began, computing = time.perf_counter(), time.process_time()
                    uvloop.run(send(settings))
                    spent[level].append((time.perf_counter() - began, time.process_time() - computing))
    Console().print(_table(spent))
    print(f"load {os.getloadavg()[0]:.1f}, {rounds} rounds")


def _table(spent: dict[str, list[tuple[float, float]]]) -> Table:
    table = Table(box=None)
    for heading in ("level", "msg/s", "of the product's", "us of computing a message"):
        table.add_column(heading, justify="left" if heading == "level" else "right")
    ours = statistics.median(wall for wall, _ in spent[PRODUCT])
    for level, times in spent.items():
        wall, computing = (statistics.median(each) for each in zip(*times, strict=True))
        table.add_row(level, f"{_PEOPLE / wall:,.0f}", f"{ours / wall:.2f}", f"{computing / _PEOPLE * 1e6:.0f}")
    return table


if __name__ == "__main__":
    main()
