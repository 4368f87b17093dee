"""Carla asks to be forgotten: not a trace of her stays in any table, and no table is forgotten."""

from datetime import datetime

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select

from mailflow.audience.models import Brand, Subscriber
from mailflow.audience.suppression import gets_nothing
from mailflow.audience.words import SignUpReason
from mailflow.foundation.accounts.models import KeptAnswer
from mailflow.foundation.database import Database
from mailflow.outbox.models import Mailing, Message
from mailflow.people.erasing import LEFT_NAMELESS, SEARCHED, WITH_HER, erase
from mailflow.schema import metadata
from tests.audience.audience_shop import Shop

CARLA = "Carla.Ruiz@example.net"
TRACES = ("carla.ruiz", "Carlota", "203.0.113", "Firefox")
OF_PEOPLE = ("subscriber_id", "person_key")


def tables_of_people(known: MetaData) -> set[str]:
    """Tables with a person's number, but her own."""
    return {table.name for table in known.sorted_tables if any(name in table.c for name in OF_PEOPLE)} - {"subscriber"}


def traces(database: Database) -> list[str]:
    with database.read() as session:
        rows = {table.name: [repr(tuple(row)) for row in session.execute(select(table))] for table in metadata.sorted_tables}
    return [f"{name}: {trace}" for name, found in rows.items() for row in found for trace in TRACES if trace.lower() in row.lower()]


@pytest.fixture
def carla(shop: Shop, now: datetime) -> int:
    number = shop.joined(
        CARLA, "newsletter", "taller", now=now, values={"first_name": "Carlota"}, tracking=True, network="203.0.113.9", agent="Firefox"
    )
    with shop.database.begin() as session:
        brand = session.scalars(select(Brand.id)).one()
        session.add(
            Mailing(id=7, kind="campaign", source_id=1, name="x", brand_id=brand, lane=2, policy="hold", created_at=now, due_at=now)
        )
        session.flush()
        session.add(Message(mailing_id=7, person_key=number, address=CARLA, language="es", lane=2, due_at=now, context={"request_id": 1}))
        session.add(KeptAnswer(digest="d", request="r", status=200, body='{"email": "carla.ruiz@example.net"}', asked_at=now))
        session.flush()
    return number


def test_b_29_not_a_trace_of_her_stays(shop: Shop, carla: int, now: datetime) -> None:
    assert {line.partition(":")[0] for line in traces(shop.database)} >= {"subscriber", "consent", "profile_value", "message"}
    with shop.database.begin() as session:
        assert erase(session, carla, ring=shop.ring, now=now)
        assert not erase(session, carla, ring=shop.ring, now=now)
    assert traces(shop.database) == []
    with shop.database.read() as session:
        assert gets_nothing(session, CARLA, ring=shop.ring, now=now)
        assert session.execute(select(Message.state, Message.reason)).all() == [("skipped", "erased")]
    assert shop.asks(CARLA, now=now).reason is SignUpReason.SUPPRESSED
    assert shop.rows(Subscriber) == []


def test_b_29_no_table_of_people_is_forgotten() -> None:
    assert tables_of_people(metadata) == WITH_HER | LEFT_NAMELESS
    assert set(metadata.tables) >= SEARCHED
    cascades = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "subscriber" and key.ondelete == "CASCADE"
    }
    assert cascades == WITH_HER


def test_b_29_a_planted_table_is_found() -> None:
    planted = MetaData()
    Table("gift", planted, Column("id", Integer), Column("subscriber_id", Integer))
    assert tables_of_people(planted) - (WITH_HER | LEFT_NAMELESS) == {"gift"}
