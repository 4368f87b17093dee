"""Fixed work in the same minute as the benches, so that a figure can be read against the machine's mood."""

import os
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.registry import Figure, bench

REFERENCE = "2-core EPYC virtual machine"
"""The machine of the goals; the reference values below were measured there, the loop's in its quietest moment."""


@bench("yardstick.python")
def python() -> Figure:
    """A pure-Python loop."""
    began, total = time.perf_counter(), 0
    for number in range(5_000_000):
        total += number & 7
    return Figure("yardstick.python", 5.0 / (time.perf_counter() - began), "M turns/s", REFERENCE, 26.2)


@bench("yardstick.fsync")
def fsync() -> Figure:
    """fdatasync of 4 KB, median of 200."""
    spent, block = [], os.urandom(4096)
    with tempfile.NamedTemporaryFile(dir=disk()) as file:
        for _ in range(200):
            file.write(block)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            spent.append(time.perf_counter() - began)
    return Figure("yardstick.fsync", statistics.median(spent) * 1000, "ms", REFERENCE, 0.14)


@bench("yardstick.insert")
def insert() -> Figure:
    """Bare INSERT of 1,000,000 rows into SQLite."""
    with tempfile.TemporaryDirectory(dir=disk()) as folder:
        database = sqlite3.connect(Path(folder) / "yardstick.sqlite3")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT, city TEXT, age INTEGER)")
        began = time.perf_counter()
        with database:
            database.executemany(
                "INSERT INTO person (email, city, age) VALUES (?, ?, ?)",
                ((f"person{number}@example.net", "Sevilla", number % 80) for number in range(1_000_000)),
            )
        rate = 1_000_000 / (time.perf_counter() - began)
        database.close()
    return Figure("yardstick.insert", rate, "rows/s", REFERENCE, 208_000)


def disk() -> str:
    """The disk that counts: build/ of the checkout, not a folder in memory."""
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    return str(folder)
