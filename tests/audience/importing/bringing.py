"""What Bruno does with a file, step by step, as the studio and the command line do it."""

import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from mailflow.audience.importing.asking import settle, start
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.stepping import step
from mailflow.audience.importing.taking import take_file
from mailflow.audience.importing.words import Basis, Grounds, ImportState, Plan, Policies
from mailflow.audience.models import List
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring

WORDING = "En papel, en la tienda, 2024"


def brought(database: Database, content: bytes, now: datetime, *, policies: Policies = Policies(), slug: str = "newsletter") -> int:
    """He brings a file and agrees to what its columns are taken for."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        number = take_file(database, Path(file.name), "clientes.csv", now=now)
    with database.begin() as session:
        one = session.get_one(Import, number)
        target = session.scalars(select(List.id).where(List.slug == slug)).one()
        assert settle(session, one, Plan(target, one.mapping, Grounds(Basis.CONSENT, WORDING), policies), now=now)
    return number


def worked(database: Database, number: int, ring: Ring, now: datetime) -> ImportState:
    """All is done that can be done without him."""
    while step(database, number, ring=ring, now=now):
        pass
    with database.read() as session:
        return ImportState(session.get_one(Import, number).state)


def tried(database: Database, number: int, ring: Ring, now: datetime) -> None:
    """It is known what would happen."""
    assert worked(database, number, ring, now) == ImportState.CHECKED


def carried(database: Database, number: int, ring: Ring, now: datetime) -> None:
    """He lets them in."""
    with database.begin() as session:
        assert start(session, session.get_one(Import, number), now=now) or session.get_one(Import, number).state == ImportState.RUNNING
    assert worked(database, number, ring, now) == ImportState.DONE
