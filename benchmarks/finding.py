"""Finding one of 1,000,000 people as somebody types: milliseconds for a keystroke, at the 95th percentile."""

import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, text

from benchmarks.registry import Figure, bench
from mailflow.audience.finding.index import index_due, index_later
from mailflow.audience.finding.search import search
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Field, ProfileValue, Subscriber
from mailflow.cli.migrate import upgrade
from mailflow.demo.people import FIRST_NAMES, SURNAMES
from mailflow.foundation.database import Database
from mailflow.foundation.upsert import insert_all
from tests.postgres import postgres

_PEOPLE = 1_000_000
_SLICE = 5_000
_SEARCHES = 150
_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@bench("person.search")
def on_sqlite() -> Figure:
    """Keystrokes of names, addresses and telephones, from the first letter on."""
    with tempfile.TemporaryDirectory(dir="build") as folder:
        return _measured("person.search", f"sqlite:///{Path(folder).resolve()}/people.sqlite3")


@bench("person.search.postgres")
def on_postgresql() -> Figure:
    """The same on PostgreSQL."""
    with postgres() as server, server.fresh(empty=True) as url:
        return _measured("person.search.postgres", url)


def _measured(key: str, url: str) -> Figure:
    upgrade(url)
    database = Database(url)
    _gather(database)
    spent = sorted(_keystrokes(database))
    database.close()
    return Figure(key, statistics.quantiles(spent, n=20)[-1], "ms", "goal", 50.0)


def _gather(database: Database) -> None:
    """Everybody with a name, a surname as people have them, and seven in ten with a telephone; their words written as in life."""
    chance = random.Random(7)
    with database.begin() as session:
        first_start(session, now=_NOW)
        fields = {field.key: field.id for field in session.scalars(select(Field))}
    for first in range(1, _PEOPLE + 1, _SLICE):
        people = [_person(number, chance) for number in range(first, first + _SLICE)]
        with database.begin() as session:
            insert_all(session, Subscriber, [{"id": number, "email": email, "email_key": email, **_SAME} for number, email, _ in people])
            rows = [
                {"subscriber_id": number, "field_id": fields[key], "text": value}
                for number, _, said in people
                for key, value in said.items()
            ]
            insert_all(session, ProfileValue, rows)
            index_later(session, [number for number, _, _ in people])
            while index_due(session):
                pass
    if database.engine.dialect.name == "postgresql":
        with database.begin() as session:
            session.execute(text("ANALYZE"))


_SAME = {"tracking": "aggregate", "source": "bench", "source_class": "organic", "language": "es", "created_at": _NOW, "confirmed_at": _NOW}


def _person(number: int, chance: random.Random) -> tuple[int, str, dict[str, str]]:
    first = chance.choices(FIRST_NAMES, range(len(FIRST_NAMES), 0, -1))[0]
    last = f"{chance.choice(SURNAMES)} {chance.choice(SURNAMES)}"
    email = f"{first.lower()}.{last.split(maxsplit=1)[0].lower()}{number}@{chance.choice(('gmail.com', 'hotmail.com', 'example.net'))}"
    said = {"first_name": first, "last_name": last}
    return number, email, said | {"telephone": f"+346{chance.randrange(10**8):08}"} if chance.random() < 0.7 else said


def _keystrokes(database: Database) -> list[float]:
    """One search for each letter that somebody types of what the person says, in milliseconds."""
    chance = random.Random(11)
    spent = []
    with database.read() as session:
        search(session, "warm")
        for _ in range(_SEARCHES):
            person = _person(chance.randrange(1, _PEOPLE), chance)
            for length in range(1, len(typed := _typed(person, chance)) + 1):
                began = time.perf_counter()
                search(session, typed[:length])
                spent.append((time.perf_counter() - began) * 1000)
    return spent


def _typed(person: tuple[int, str, dict[str, str]], chance: random.Random) -> str:
    _, email, said = person
    number = said.get("telephone", "+34600112233").removeprefix("+34")
    ways = (
        said["last_name"],
        f"{said['first_name']} {said['last_name']}",
        f"{said['last_name'].split()[1]} {said['first_name']}",
        email,
        f"{number[:3]} {number[3:5]} {number[5:7]} {number[7:]}",
        number[-6:],
        f"{said['first_name']} {number[:5]}",
    )
    return chance.choice(ways)
