"""B-21 as a person runs it: a dirty file by the command line, killed again and again; every row its outcome, nobody lost, nobody twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.resident import peak
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import COMES_IN, Outcome
from mailflow.audience.models import ConsentLine, List, Subscriber, Subscription
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.cli.start import open_ready
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from tests.audience.importing import dirty
from tests.faults.sizes import size

EACH = size(60, 17_900)
"""Rows of each kind: some 3,000 in all, or 1,000,000."""
KILLS = size(2, 5)
MOST_MIB = 250.0
MOST_SECONDS = 180.0


def begun(home: Path, *words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "mailflow", "import", *words]
    return subprocess.Popen(command, env={**os.environ, "MAILFLOW_HOME": str(home)}, stdout=subprocess.DEVNULL)


def standing(database: Database) -> tuple[str, int]:
    """Its state, and how many steps were done."""
    with database.read() as session:
        one = session.scalars(select(Import)).one_or_none()
        return (one.state, one.blocks + one.tried + one.done) if one else ("", 0)


def known_before(database: Database, settings: Settings) -> None:
    ring, now = open_ring(database, settings), utc_now()
    with database.begin() as session:
        target = session.scalars(select(List.id)).one()
        for email, state in ((dirty.LEFT, "left"), (dirty.KNOWN, "confirmed"), (dirty.OTHER_LIST, "")):
            person = Subscriber(email=email, email_key=email, source="form:newsletter", created_at=now, confirmed_at=now)
            session.add(person)
            session.flush()
            if state:
                session.add(Subscription(subscriber_id=person.id, list_id=target, state=state, asked_at=now))
        suppress(session, dirty.BOUNCED, SuppressionReason.HARD_BOUNCE, ring=ring, now=now)


def written(file: Path) -> "Counter[str]":
    """The file, row by row, and how many rows must end how."""
    expected = Counter[str]()
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(dirty.HEADER)
        for kind, text, outcome in dirty.dirty_rows(EACH):
            if kind == "200 kB cell" and expected[outcome] % 100:  # some are enough: they are most of the file's bytes
                continue
            out.write(f"\r\n{text}")
            expected[str(outcome) if kind != "known" or outcome == Outcome.TWICE else "completed"] += 1
    return expected


def test_b_21_killed_again_and_again_every_row_has_its_outcome(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    database = open_ready(settings)
    known_before(database, settings)
    file = tmp_path / "clientes.csv"
    expected = written(file)
    steps = 3 * (expected.total() // 1000)
    process = begun(settings.home, str(file), "--wording", "En la tienda", "--yes")
    began, most = time.monotonic(), 0.0
    for kill in range(1, KILLS + 1):
        while standing(database)[1] < steps * kill // (KILLS + 1) and process.poll() is None:
            most = max(most, _peak(process.pid))
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = begun(settings.home, "--resume", "1", "--yes")
    while process.poll() is None:
        most = max(most, _peak(process.pid))
        time.sleep(0.02)
    seconds = time.monotonic() - began
    with database.read() as session:
        one = session.scalars(select(Import)).one()
        assert one.counts == dict(expected)
        told = select(ImportBlock.outcomes).order_by(ImportBlock.position)
        outcomes = [each if isinstance(each, str) else each[0] for block in session.scalars(told) for each in block]
        assert Counter(outcomes) == expected
        came = sum(expected[outcome] for outcome in COMES_IN)
        there = select(func.count()).select_from(Subscription).where(Subscription.state == "confirmed")
        assert session.scalar(there) == came
        lines = select(func.count(), func.count(ConsentLine.subscriber_id.distinct())).where(ConsentLine.source == "import:1")
        assert tuple(session.execute(lines).one()) == (expected["new"] + expected["joined"],) * 2
    database.close()
    sys.stdout.write(f"B-21: {expected.total()} rows, {seconds:.0f} s with {KILLS} kills, {most:.0f} MiB at most\n")
    assert most <= MOST_MIB
    assert KILLS < 5 or seconds <= MOST_SECONDS


def _peak(pid: int) -> float:
    try:
        return peak(pid)
    except (OSError, StopIteration):
        return 0.0
