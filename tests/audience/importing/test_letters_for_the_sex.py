"""Bruno's files say M: a woman in the one, a man in the other, and in a third nobody can tell."""

from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.importing.models import ImportBlock
from mailflow.audience.models import Field, ProfileValue, Subscriber
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from tests.audience.importing.bringing import brought, carried, tried


@pytest.mark.parametrize(
    ("name", "cells", "kept"),
    [
        ("Sexo", "M H m", "f m f"),
        ("Sexo", "M V -", "f m -"),
        ("Sexo", "M F m", "m f m"),
        ("Gender", "M male Female", "m m f"),
        ("Sexo", "M Femenino Masculino", "- f m"),
        ("Sexo", "M H F", "- m f"),
        ("Sexo", "Mujer Hombre woman", "f m f"),
    ],
)
def test_what_m_means_is_told_by_its_column(database: Database, ring: Ring, now: datetime, name: str, cells: str, kept: str) -> None:
    with database.begin() as session:
        first_start(session, now=now)
    rows = "".join(f"{who}@example.org;{cell.strip('-')}\n" for who, cell in zip(("ana", "bea", "carla"), cells.split(), strict=True))
    number = brought(database, f"email;{name}\n{rows}".encode(), now)
    tried(database, number, ring, now)
    carried(database, number, ring, now)
    assert told(database) == kept.split()


def test_a_file_sorted_by_it_is_understood_from_its_end(database: Database, ring: Ring, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
    rows = "".join(f"persona{n}@example.org;{'M' if n < 450 else 'H'}\n" for n in range(460))
    number = brought(database, f"email;Sexo\n{rows}".encode(), now)
    tried(database, number, ring, now)
    with database.read() as session:
        first = session.scalars(select(ImportBlock).order_by(ImportBlock.position)).first()
        assert first
        assert first.judged[0][2]["sex"] == [["text", "f"]]


def told(database: Database) -> list[str]:
    with database.read() as session:
        sex = session.scalars(select(Field.id).where(Field.key == "sex")).one()
        said = dict(session.execute(select(ProfileValue.subscriber_id, ProfileValue.text).where(ProfileValue.field_id == sex)).all())
        return [said.get(person) or "-" for person in session.scalars(select(Subscriber.id).order_by(Subscriber.email_key))]
