"""How long a count together with the first page of a segment takes, among 1,000,000 people who were sent 20,000,000 mails."""

import atexit
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.registry import Figure, bench
from benchmarks.segment_crowd import settle
from benchmarks.yardsticks import disk
from mailflow.foundation.database import Database
from mailflow.segments.count import first_page
from tests.postgres import postgres

_PEOPLE = 1_000_000
_ROUNDS = 7
_ENGAGED: list[dict[str, Any]] = [
    {"any": [{"did": "opened", "at_least": 3, "last": 10}, {"did": "clicked", "within_days": 30}]},
    {"did": "ordered", "within_days": 90},
]
BROAD = {"all": _ENGAGED}
NARROW = {
    "all": [
        {"field": "sex", "is": "in", "value": ["f"]},
        {"field": "place", "is": "in", "value": ["ES-M"]},
        {"field": "birth_date", "is": "age-between", "value": [25, 40]},
        {"field": "interests", "is": "any-of", "value": ["vajilla"]},
        *_ENGAGED,
    ]
}
_goals = {"segment.narrow": (NARROW, 100.0), "segment.broad": (BROAD, 350.0)}


@bench("segment.narrow")
def narrow() -> Figure:
    """Women in Madrid, 25 to 40, interested in tableware, who opened three of the last ten or clicked, and bought."""
    return _figure("segment.narrow", *_town(""))


@bench("segment.broad")
def broad() -> Figure:
    """Who opened three of the last ten or clicked in 30 days, and bought in 90."""
    return _figure("segment.broad", *_town(""))


@bench("segment.narrow.postgres")
def narrow_on_postgresql() -> Figure:
    """The same on PostgreSQL."""
    return _figure("segment.narrow.postgres", *_town("postgres"))


@bench("segment.broad.postgres")
def broad_on_postgresql() -> Figure:
    """The same on PostgreSQL."""
    return _figure("segment.broad.postgres", *_town("postgres"))


@cache
def _town(kind: str) -> tuple[Database, datetime]:
    """A database with everybody in it, until the process ends."""
    held = ExitStack()
    atexit.register(held.close)
    if kind == "postgres":
        url = held.enter_context(held.enter_context(postgres(durable=True)).fresh(empty=True))
    else:
        url = f"sqlite:///{Path(held.enter_context(tempfile.TemporaryDirectory(dir=disk()))) / 'town.sqlite3'}"
    database = Database(url)
    held.callback(database.close)
    return database, settle(database, _PEOPLE)


def _figure(key: str, database: Database, now: datetime) -> Figure:
    tree, goal = _goals[key.removesuffix(".postgres")]
    spent = []
    for _ in range(_ROUNDS):
        with database.read() as session:
            began = time.perf_counter()
            page = first_page(session, tree, now=now)
            spent.append((time.perf_counter() - began) * 1000)
    if not len(page.ids) == 50 <= page.total:
        raise SystemExit(f"{key} found {page.total} people.")
    return Figure(key, statistics.median(spent), "ms", "goal", goal)
