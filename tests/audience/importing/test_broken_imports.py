"""Rows are deleted while somebody presses a button, an import cannot be worked on: nobody is stuck, and no other import waits."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from mailflow.audience.importing.asking import start, undo
from mailflow.audience.importing.forgetting import due, forget_some
from mailflow.audience.importing.keeping import BLOCK
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.stepping import let_go
from mailflow.audience.importing.words import AskReason, ImportState
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.scheduler import chunks
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried

MANY = b"email\n" + b"".join(b"p%d@example.org\n" % each for each in range(10 * BLOCK + 5))


@pytest.mark.parametrize("was_started", [False, True])
def test_an_import_whose_rows_are_being_deleted_is_not_begun(shop: Shop, ring: Ring, now: datetime, was_started: bool) -> None:
    database, later = shop.database, now + timedelta(days=400)
    number = brought(database, MANY if not was_started else b"email\nana@example.org\n", now)
    tried(database, number, ring, now)
    if was_started:
        carried(database, number, ring, now)
    with database.begin() as session:
        assert number in due(session, now=later, days=90)
        assert forget_some(session, number, now=later)
    with database.begin() as session:
        one = session.get_one(Import, number)
        assert start(session, one, now=later).reason == AskReason.NOT_NOW
        assert undo(session, one, now=later).reason == AskReason.FORGOTTEN
        assert bool(due(session, now=later, days=90)) != was_started, "after a kill the rest goes too"
        while forget_some(session, number, now=later):
            pass
        assert not due(session, now=later, days=90)


def test_what_somebody_started_meanwhile_keeps_its_rows(shop: Shop, ring: Ring, now: datetime) -> None:
    number = brought(shop.database, b"email\nana@example.org\n", now)
    tried(shop.database, number, ring, now)
    with shop.database.begin() as session:
        assert start(session, session.get_one(Import, number), now=now)
        assert not forget_some(session, number, now=now)
        assert session.get(ImportBlock, (number, 0))


def test_one_broken_import_stops_no_other(shop: Shop, ring: Ring, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    database = shop.database
    broken, sound = (brought(database, b"email\nana@example.org\n", now) for _ in range(2))
    tried(database, broken, ring, now)
    with database.begin() as session:
        assert start(session, session.get_one(Import, broken), now=now)
        session.execute(delete(ImportBlock).where(ImportBlock.import_id == broken))
    let_go()
    monkeypatch.setattr(chunks, "_ring", lambda _database, _settings: ring)
    for _ in range(3):
        chunks.work_off(database, Settings(), chunks.IMPORT, [broken, sound], seconds=0.0, breathes=False)
    with database.read() as session:
        one = session.get_one(Import, broken)
        assert (one.state, one.fault) == (ImportState.FAILED, "broken")
        assert session.get_one(Import, sound).state == ImportState.CHECKED
