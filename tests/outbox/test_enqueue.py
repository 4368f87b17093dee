"""Everybody written down is counted, whoever else writes down meanwhile."""

from datetime import datetime

from sqlalchemy import update

from mailflow.foundation.database import Database
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.models import Mailing
from tests.mailed import mailing, person


def test_people_are_added_to_those_another_has_added(database: Database, now: datetime) -> None:
    with database.begin() as session:
        mine = mailing(session)
        session.execute(update(Mailing).values(people=5).execution_options(synchronize_session=False))
        assert mine.people != 5, "read before the other added"
        assert enqueue(session, mine, [Entry(person(session, name).id) for name in ("ana", "berta")], now=now) == 2
        assert mine.people == 7
    with database.read() as session:
        assert session.get_one(Mailing, mine.id).people == 7
