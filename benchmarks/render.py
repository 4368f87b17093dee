"""Making a message, from the row of the ledger to the bytes for SMTP: headers, both parts, tokens; computing time of one thread."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.registry import Figure, bench
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Brand, Field, List, ProfileValue, Subscriber, Subscription
from mailflow.content.compile import compile as compile_mail
from mailflow.content.sources import brand_facts
from mailflow.content.store import keep
from mailflow.content.words import Source
from mailflow.delivery.facts import Batch
from mailflow.delivery.letters import Press
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.paths import bundled
from mailflow.foundation.ring import Ring
from mailflow.offers.models import Code, Offer
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Claimed
from mailflow.schema import metadata

_PEOPLE = 5_000
_BATCH = 500
_ROUNDS = 5
_URL = "https://cartas.example.com"
_Sample = Callable[[Brand], Source]


class _Spent(NamedTuple):
    """Microseconds a message, and bytes of the last one."""

    reading: float
    making: float
    size: int


@bench("render")
def plain() -> Figure:
    """The sample newsletter: a greeting by name, tracked links, a pixel, a foot."""
    return Figure("render", _measure(_newsletter).making, "us", "goal, plain tags", 60.0)


@bench("render.logic")
def logic() -> Figure:
    """The welcome mail: a code of one's own, conditions, filters, a loop over one's lists."""
    return Figure("render.logic", _measure(_welcome).making, "us", "goal, conditions and loops", 150.0)


@bench("render.read")
def read() -> Figure:
    """What is read from the database for it, in batches of 500."""
    return Figure("render.read", _measure(_newsletter).reading, "us", "goal", 15.0)


def _newsletter(brand: Brand) -> Source:
    sample = json.loads((bundled("templates") / "newsletters/newsletter/sample.es.json").read_text(encoding="utf-8"))
    return Source(template="newsletter", language="es", brand=brand_facts(brand, public_url=_URL), **sample)


def _welcome(brand: Brand) -> Source:
    return Source(template="welcome", kind="message", language="es", brand=brand_facts(brand, public_url=_URL))


def _measure(sample: _Sample) -> _Spent:
    """The median of some rounds, each over distinct people."""
    with _installation(sample) as (database, rows):
        ring, press = Ring({1: bytes(range(64))}, bytes(32)), Press()
        rounds = [_round(database, rows, ring, press) for _ in range(_ROUNDS)]
    return _Spent(*(statistics.median(each) for each in zip(*rounds, strict=True)))


def _round(database: Database, rows: Sequence[Claimed], ring: Ring, press: Press) -> _Spent:
    reading = making = 0.0
    size = 0
    for start in range(0, len(rows), _BATCH):
        began = time.process_time()
        some = rows[start : start + _BATCH]
        with database.read() as session:
            batch = Batch(session, some, press=press, mint=ring.mint, public_url=_URL)
        read = time.process_time()
        for row in some:
            size = len(press.letter(row, batch, ring=ring, now=utc_now()).content)
        reading, making = reading + read - began, making + time.process_time() - read
    return _Spent(reading / len(rows) * 1e6, making / len(rows) * 1e6, size)


@contextmanager
def _installation(sample: _Sample) -> Iterator[tuple[Database, list[Claimed]]]:
    """A mailing to people who all have another name, each with a code of her own."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'mailflow.sqlite3'}")
        metadata.create_all(database.engine)
        now = utc_now()
        with database.begin() as session:
            first_start(session, now=now)
            mailing = _mailing(session, sample, now)
        with database.begin() as session:
            rows = _people(session, mailing, now)
        yield database, rows
        database.close()


def _mailing(session: Session, sample: _Sample, now: datetime) -> int:
    brand, of_list = session.scalars(select(Brand)).one(), session.scalars(select(List)).one()
    made = Mailing(kind="campaign", source_id=1, name="Otoño", list_id=of_list.id, brand_id=brand.id, lane=2, policy="hold")
    made.created_at = made.due_at = now
    session.add(made)
    session.flush()
    keep(session, made, "es", compile_mail(sample(brand)), now=now)
    return made.id


def _people(session: Session, mailing: int, now: datetime) -> list[Claimed]:
    list_id, field = session.scalars(select(List.id)).one(), session.scalars(select(Field.id).where(Field.key == "first_name")).one()
    offer = Offer(
        slug="bench", name={"es": "Hola"}, kind="percent", value=10, minimum=4000, days=14, conditions={"es": "Una vez."}, created_at=now
    )
    session.add(offer)
    session.flush()
    people = range(1, _PEOPLE + 1)
    session.execute(insert(Subscriber), [_person(number, now) for number in people])
    day = [now - timedelta(days=number % 400) for number in people]
    joined = {"list_id": list_id, "state": "confirmed"}
    session.execute(
        insert(Subscription),
        [{**joined, "id": n, "subscriber_id": n, "asked_at": at, "confirmed_at": at} for n, at in zip(people, day, strict=True)],
    )
    session.execute(insert(ProfileValue), [{"subscriber_id": number, "field_id": field, "text": f"Ana {number}"} for number in people])
    code = {"offer_id": offer.id, "issued_at": now, "ends_at": now + timedelta(days=14)}
    session.execute(insert(Code), [{**code, "id": number, "subscriber_id": number, "text": f"ANA-{number:05d}"} for number in people])
    common: dict[str, Any] = {"mailing_id": mailing, "language": "es", "list_id": list_id}
    session.execute(
        insert(Message), [{**common, "id": n, "person_key": n, "address": _address(n), "lane": 2, "due_at": now} for n in people]
    )
    return [
        Claimed(id=n, person_key=n, address=_address(n), provider="example.net", context={"code_id": n}, epoch=1, lane=2, **common)
        for n in people
    ]


def _address(number: int) -> str:
    return f"ana{number}@example.net"


def _person(number: int, now: datetime) -> dict[str, object]:
    email = _address(number)
    return {
        "id": number, "email": email, "email_key": email, "tracking": "individual", "source": "bench",
        "created_at": now, "confirmed_at": now, "language": "es",
    }  # fmt: skip
