"""B-04: eight schedulers find the same campaigns due at the same moment. Each starts exactly once, and everybody has one row in each."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from benchmarks.crowd import gather, schedule_campaign
from mailflow.campaigns import launch
from mailflow.campaigns.models import Campaign
from mailflow.cli.migrate import upgrade
from mailflow.content.models import Compilation
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Mailing, Message
from mailflow.scheduler.jobs import prepare_soon
from tests.faults.sizes import FULL, on_both, size

SCHEDULERS = 8
PEOPLE = 3
SECRET = "the same for all"


class Due:
    """An installation with campaigns that are all ready and due."""

    def __init__(self, folder: Path, campaigns: int, url: str) -> None:
        self.settings = Settings(home=folder, database_url=url, secret_key=SECRET)
        upgrade(self.settings.database_url)
        self.database, self.campaigns, now = Database(self.settings.database_url), campaigns, utc_now()
        open_ring(self.database, self.settings)
        gather(self.database, PEOPLE, now)
        schedule_campaign(self.database, "Otoño", now + timedelta(minutes=1))
        prepare_soon(self.database, self.settings)  # made once for all, since making it is not what is looked at
        self._multiply()

    def _multiply(self) -> None:
        with self.database.begin() as session:
            one = session.scalars(select(Campaign)).one()
            compiled = session.scalars(select(Compilation).where(Compilation.mailing_id == one.mailing_id)).all()
            told = {each.name: getattr(one, each.name) for each in Campaign.__table__.columns if each.name not in {"id", "mailing_id"}}
            session.execute(insert(Campaign), [told | {"name": f"Otoño {number}"} for number in range(2, self.campaigns + 1)])
            made = [{each.name: getattr(row, each.name) for each in Compilation.__table__.columns if each.name != "id"} for row in compiled]
            for campaign in session.scalars(select(Campaign).where(Campaign.id != one.id)).all():
                mailing = launch.open_campaign(session, campaign, now=utc_now())
                session.execute(insert(Compilation), [row | {"mailing_id": mailing.id} for row in made])
            session.execute(update(Campaign).values(due_at=utc_now(), rehearsed={"tried": 0, "failed": 0}))

    def started_by_each(self, *without: str) -> list[int]:
        """How many each of the schedulers started."""
        environment = os.environ | {
            "MAILFLOW_HOME": str(self.settings.home),
            "MAILFLOW_DATABASE_URL": self.settings.database_url,
            "MAILFLOW_SECRET_KEY": SECRET,
        }
        command = [sys.executable, "-m", "tests.faults.starter", str(SCHEDULERS), *without]
        told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=size(120, 1800), check=True)
        return [int(number) for number in told.stdout.split()]


def _as_it_is(test: Callable[[Due], None]) -> Callable[[Due], None]:
    """On SQLite alone, where time is short."""
    return test


@pytest.fixture
def due(tmp_path: Path, where: str) -> Iterator[Due]:
    made = Due(tmp_path, size(12, 1000), where)
    yield made
    made.database.close()


@on_both
def test_b_04_each_campaign_starts_exactly_once(due: Due) -> None:
    started = due.started_by_each()
    assert sum(started) == due.campaigns
    with due.database.read() as session:
        assert set(session.scalars(select(Campaign.state))) == {"sending"}
        assert session.scalar(select(func.count()).select_from(Message)) == due.campaigns * PEOPLE
        assert set(session.scalars(select(Mailing.people))) == {PEOPLE}


@(on_both if FULL else _as_it_is)
def test_b_04_would_fail_without_the_condition(due: Due) -> None:
    assert sum(due.started_by_each("condition")) > due.campaigns
