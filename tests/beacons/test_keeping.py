"""Hits that come together are written together: nothing that was answered is lost, and one bad hit costs no other."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from mailflow.beacons import create_beacons, keeping
from mailflow.beacons.answers import Answer
from mailflow.beacons.keeping import Keeper, Way
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose, Token
from mailflow.tracking.hits import arrival
from mailflow.tracking.models import Hit
from mailflow.tracking.words import Arrival
from tests.mailed import PHONE, SENT_AT, Mailed, mail_the_cast

TARGET = "https://shop.example.com/p/1?a=1&b=2"


@pytest.fixture
def mailed(database: Database) -> Mailed:
    with database.begin() as session:
        return mail_the_cast(session)


def click(message_id: int) -> Arrival:
    return arrival(Token(message_id, 1), Purpose.CLICK, now=SENT_AT, agent=PHONE)


def kept(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Hit)) or 0


class Readers:
    """So many who wait at once, and what they were told."""

    def __init__(self, count: int) -> None:
        self.told: list[tuple[Way, int]] = []
        self._all = threading.Event()
        self._count = count

    def ear(self, database: Database) -> Callable[[Way], None]:
        def tell(way: Way) -> None:
            self.told.append((way, kept(database)))
            if len(self.told) == self._count:
                self._all.set()

        return tell

    def wait(self) -> None:
        assert self._all.wait(20)


def test_who_is_answered_is_kept_already(database: Database, mailed: Mailed) -> None:
    keeper, readers = Keeper(database), Readers(60)
    for _ in range(60):
        assert keeper.keep(click(mailed.ana_message), readers.ear(database))
    readers.wait()
    assert {way for way, _ in readers.told} == {Way(TARGET)}
    assert all(already >= number for number, (_, already) in enumerate(readers.told, 1))
    assert kept(database) == 60


def test_a_hit_that_cannot_be_written_costs_no_other(
    database: Database, mailed: Mailed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    judge = keeping.judge

    def choke(session, arrivals):
        if any(hit.agent == "poison" for hit in arrivals):
            raise RuntimeError("a bug")
        return judge(session, arrivals)

    monkeypatch.setattr(keeping, "judge", choke)
    keeper, readers = Keeper(database), Readers(9)
    for number in range(9):
        agent = "poison" if number == 4 else PHONE
        keeper.keep(arrival(Token(mailed.ana_message, 1), Purpose.CLICK, now=SENT_AT, agent=agent), readers.ear(database))
    readers.wait()
    assert {way for way, _ in readers.told} == {Way(TARGET)}
    assert kept(database) == 8
    assert "a hit was not kept" in caplog.text


def test_one_too_many_is_answered_and_lost(database: Database, mailed: Mailed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_WAITING", 0)
    assert Keeper(database).kept(click(mailed.ana_message)) == Way(TARGET)
    assert kept(database) == 0


def test_a_hit_needs_no_thread_to_wait_in(database: Database, settings: Settings, ring: Ring, mailed: Mailed) -> None:
    door = create_beacons(database, settings, ring)
    heard, answers = threading.Event(), []

    def tell(answer: Answer) -> None:
        answers.append(answer)
        heard.set()

    token = ring.mint.make(Purpose.CLICK, mailed.ana_message, 1)
    assert not door.hear(f"/view/{token}", PHONE, "", tell)
    assert not door.hear(f"/c/{token[:-1]}", PHONE, "", tell)
    assert door.hear(f"/c/{token}", PHONE, "", tell)
    assert heard.wait(10)
    assert [dict(answer.headers)["Location"] for answer in answers] == [TARGET]
    assert kept(database) == 1
