"""A turn looks at the rows it takes, not at the others who wait: they may be a million."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Executable, event, insert, text, update
from sqlalchemy.orm import Session

from mailflow.audience.first_start import first_start
from mailflow.delivery import claim as claiming
from mailflow.delivery.claim import claim
from mailflow.delivery.gate import pass_gate
from mailflow.delivery.record import record
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Message
from mailflow.outbox.words import Claimed, Lane
from tests.mailed import mailing

WAITING, TAKEN = 4_000, 50
ROOM = {Lane.NOTICE: TAKEN, Lane.CAMPAIGN: TAKEN}


def launched(database: Database, now: datetime) -> None:
    """A campaign that is due for all its people at once, as campaigns are; some have gone, and the database knows its tables."""
    with database.begin() as session:
        first_start(session, now=now)
        made = mailing(session).id
        common = {"mailing_id": made, "language": "es", "lane": Lane.CAMPAIGN, "context": {}, "due_at": now, "state": "pending"}
        session.execute(insert(Message), [{**common, "person_key": n, "address": f"a{n}@example.org"} for n in range(1, WAITING + 1)])
        session.execute(update(Message).where(Message.id % 4 == 0).values(state="sent", sent_at=now))
        session.execute(text("ANALYZE message"))


def turn(session: Session, held: Sequence[Claimed], *, ring: Ring, now: datetime) -> list[Claimed]:
    """Those held are answered, and others taken in their place."""
    pass_gate(session, held, "vm-1", ring=ring, now=now)
    record(session, [(row, Reply(Verdict.SENT, "", 250, None, "Ok")) for row in held], "vm-1", ring=ring, now=now)
    return claim(session, "vm-1", now=now, room=ROOM)


def looked_at(database: Database, ring: Ring, now: datetime) -> int:
    """Rows of the ledger that a turn's statements looked at on PostgreSQL; on SQLite as many as there are, for each that scans them."""
    with database.begin() as session:
        held = claim(session, "vm-1", now=now, room=ROOM)
    plans: list[str] = []
    with database.begin() as session:
        connection = session.connection()
        before = _read(session) if connection.dialect.name == "postgresql" else 0
        asked: list[tuple[str, object]] = []
        event.listen(connection, "before_cursor_execute", lambda _c, _k, statement, given, *_: asked.append((statement, given)))
        assert len(turn(session, held, ring=ring, now=now + timedelta(seconds=1))) == len(held) == TAKEN
        if connection.dialect.name == "postgresql":
            return _read(session) - before
        plans += [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()) for sql, given in list(asked)]  # type: ignore[arg-type]
        return sum(WAITING for plan in plans if "SCAN message'" in plan or ("TEMP B-TREE" in plan and "hop" not in plan))


def _read(session: Session) -> int:
    found = session.execute(text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'message'"))
    return int(found.scalar_one())


def test_a_turn_looks_only_at_whom_it_takes(database: Database, ring: Ring, now: datetime) -> None:
    launched(database, now)
    assert looked_at(database, ring, now) < TAKEN * 12


def test_it_is_seen_when_a_statement_reads_them_all(database: Database, ring: Ring, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    launched(database, now)
    unordered: Executable = claiming._DUE.order_by(None).order_by(Message.due_at, Message.address)
    monkeypatch.setattr(claiming, "_DUE", unordered)
    assert looked_at(database, ring, now) >= WAITING // 2
