"""Carla asks to be forgotten: not a trace of her stays in any table, and no table is forgotten."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, select

from mailflow.audience.importing import taking
from mailflow.audience.importing.models import Import, ImportPiece
from mailflow.audience.importing.stepping import step
from mailflow.audience.importing.taking import take_file
from mailflow.audience.models import Brand, Subscriber
from mailflow.audience.suppression import gets_nothing
from mailflow.audience.words import SignUpReason
from mailflow.foundation.accounts.models import KeptAnswer
from mailflow.foundation.database import Database
from mailflow.outbox.models import Mailing, Message
from mailflow.people.erasing import LEFT_NAMELESS, SEARCHED, WITH_HER, erase
from mailflow.schema import metadata
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried

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
    assert erase(shop.database, carla, ring=shop.ring, now=now)
    assert not erase(shop.database, carla, ring=shop.ring, now=now)
    assert traces(shop.database) == []
    with shop.database.read() as session:
        assert gets_nothing(session, CARLA, ring=shop.ring, now=now)
        assert session.execute(select(Message.state, Message.reason)).all() == [("skipped", "erased")]
    assert shop.asks(CARLA, now=now).reason is SignUpReason.SUPPRESSED
    assert shop.rows(Subscriber) == []


FILE = b"email;Nombre\nCARLA.RUIZ@example.net;Carlota\nana@example.org;Ana\ncarla.ruiz@;Carlota\n"


def _taken(shop: Shop, tmp_path: Path, content: bytes, now: datetime) -> int:
    file = tmp_path / "clientes.csv"
    file.write_bytes(content)
    return take_file(shop.database, file, "clientes.csv", now=now)


@pytest.mark.parametrize("state", ["unread", "checked", "done"])
def test_b_29_no_file_names_her_whatever_became_of_it(shop: Shop, carla: int, tmp_path: Path, now: datetime, state: str) -> None:
    content = FILE.replace(b"carla.ruiz@;Carlota", b"nadie;Nadie")
    number = brought(shop.database, content, now) if state != "unread" else _taken(shop, tmp_path, content, now)
    if state != "unread":
        tried(shop.database, number, shop.ring, now)
    if state == "done":
        carried(shop.database, number, shop.ring, now)
    assert erase(shop.database, carla, ring=shop.ring, now=now)
    assert traces(shop.database) == []
    with shop.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ImportPiece)) == 0
        one = session.get_one(Import, number)
        assert one.state == ("cancelled" if state == "unread" else state)
    assert not step(shop.database, number, ring=shop.ring, now=now)


def test_b_29_an_address_cut_in_two_is_found_and_other_files_stay(
    shop: Shop, carla: int, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "PIECE", 20)
    hers, others = _taken(shop, tmp_path, FILE, now), _taken(shop, tmp_path, FILE.lower().replace(b"carla", b"clara"), now)
    assert erase(shop.database, carla, ring=shop.ring, now=now)
    with shop.database.read() as session:
        assert set(session.scalars(select(ImportPiece.import_id))) == {others}
        assert session.get_one(Import, hers).sample == []


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
