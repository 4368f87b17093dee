"""A file of 1,000,000 rows, from the command to the last of them in, by ``mailflow import``; beside a bare bulk load of the same rows."""

import csv
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.registry import Figure, bench
from benchmarks.resident import peak
from benchmarks.yardsticks import disk
from mailflow.cli.migrate import upgrade
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from tests.postgres import postgres

_ROWS = int(os.environ.get("MAILFLOW_BENCH_ROWS", "1000000"))
_KNOWN = 20
"""One of so many rows tells of somebody who is in the list already, and one is there twice."""
_MOST_MIB = 250.0
_TABLE = "(id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT, place TEXT)"


@bench("import.million")
def on_sqlite() -> Figure:
    """Rows a second: kept, tried out and carried in, with validation, duplicates and consent."""
    with tempfile.TemporaryDirectory(dir=disk()) as folder:
        file = _file(Path(folder))
        return Figure("import.million", _imported(Path(folder), file, ""), "rows/s", "bare bulk load", _loaded(Path(folder), file))


@bench("import.million.postgres")
def on_postgresql() -> Figure:
    """The same on PostgreSQL, beside COPY."""
    with tempfile.TemporaryDirectory(dir=disk()) as folder, postgres(durable=True) as server:
        file = _file(Path(folder))
        with server.fresh(empty=True) as url:
            ours = _imported(Path(folder), file, url)
        with server.fresh(empty=True) as url:
            return Figure("import.million.postgres", ours, "rows/s", "bare COPY", _copied(url, file))


def _file(folder: Path) -> Path:
    """A shop's people, with 5 % twice and 2 % that cannot be written to."""
    chance, file = random.Random(7), folder / "people.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        written = csv.writer(out, delimiter=";")
        written.writerow(["Correo electrónico", "Nombre", "Provincia"])
        for number in range(_ROWS):
            who = number if chance.random() > 1 / _KNOWN else chance.randrange(number + 1)
            local = f"persona{who * 7_919_993 % (_ROWS * 9)}" if number % 50 else "sin arroba"
            written.writerow([f"{local}@{_domain(who)}", f"Ana {who % 900}", ("Sevilla", "Madrid", "Cádiz", "Málaga")[who % 4]])
    return file


def _domain(who: int) -> str:
    return ("gmail.com", "hotmail.com", "yahoo.es", f"empresa{who % 2000}.example.net")[who % 4]


def _imported(folder: Path, file: Path, url: str) -> float:
    home = folder / "home"
    home.mkdir()
    settings = Settings(home=home, database_url=url, secret_key="bench")
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    open_ring(database, settings)
    database.close()
    told = {"MAILFLOW_HOME": str(home), "MAILFLOW_DATABASE_URL": settings.database_url, "MAILFLOW_SECRET_KEY": "bench"}
    command = [sys.executable, "-m", "mailflow", "import", "--wording", "En la tienda, en papel, con su firma", "--yes"]
    _run([*command, str(_some_of(file))], told)  # whom the list knows already
    began = time.perf_counter()
    most = _run([*command, str(file)], told)
    rate = _ROWS / (time.perf_counter() - began)
    print(f"{rate:,.0f} rows/s, {most:.0f} MiB at most")  # beside the table
    if most > _MOST_MIB:
        raise SystemExit(f"It needed {most:.0f} MiB.")
    return rate


def _some_of(file: Path) -> Path:
    """One of twenty of its rows, in a file of their own."""
    few = file.with_name("few.csv")
    with file.open(encoding="utf-8") as all_, few.open("w", encoding="utf-8") as out:
        out.writelines(line for number, line in enumerate(all_) if number == 0 or number % _KNOWN == 1)
    return few


def _run(command: list[str], told: dict[str, str]) -> float:
    """Its peak of memory in MiB."""
    process = subprocess.Popen(command, env={**os.environ, **told}, stdout=subprocess.DEVNULL)
    most, ended = [0.0], threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            try:
                most[0] = max(most[0], peak(process.pid))
            except (OSError, StopIteration):
                return

    watch = threading.Thread(target=look)
    watch.start()
    code = process.wait()
    ended.set()
    watch.join()
    if code:
        raise SystemExit(f"mailflow import ended with {code}.")
    return most[0]


def _rows(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter=";")
        next(rows)
        yield from rows


def _loaded(folder: Path, file: Path) -> float:
    database = sqlite3.connect(folder / "bare.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"CREATE TABLE person {_TABLE}")
    rate = _timed(lambda: _insert(database, file))
    database.close()
    return rate


def _insert(database: sqlite3.Connection, file: Path) -> None:
    with database:
        database.executemany("INSERT OR IGNORE INTO person (email, name, place) VALUES (?, ?, ?)", _rows(file))


def _copied(url: str, file: Path) -> float:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute("CREATE TABLE person (email text, name text, place text)")

        def load() -> None:
            with connection.cursor().copy("COPY person FROM STDIN") as copy:
                for row in _rows(file):
                    copy.write_row(row)
            connection.execute("CREATE INDEX ON person (email)")
            connection.commit()

        return _timed(load)


def _timed(load: Callable[[], None]) -> float:
    began = time.perf_counter()
    load()
    return _ROWS / (time.perf_counter() - began)
