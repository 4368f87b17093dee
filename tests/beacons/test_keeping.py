"""Hits that come together are written together: nothing that was answered is lost, and one bad hit costs no other."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

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


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has to do with one agent's hits ends in a bug, looking up where they lead included."""
    judge, look_up = keeping.judge, keeping.look_up

    def choking(real):
        def choke(session, arrivals):
            if any(hit.agent == "poison" for hit in arrivals):
                raise ValueError("a bug")
            return real(session, arrivals)

        return choke

    monkeypatch.setattr(keeping, "judge", choking(judge))
    monkeypatch.setattr(keeping, "look_up", choking(look_up))


@pytest.mark.usefixtures("poisoned")
def test_a_hit_that_cannot_even_be_looked_up_costs_no_other_its_answer(database: Database, mailed: Mailed) -> None:
    keeper = Keeper(database)
    bad = arrival(Token(mailed.ana_message, 1), Purpose.CLICK, now=SENT_AT, agent="poison")
    for _ in range(2):
        readers = Readers(3)
        for each in (click(mailed.ana_message), bad, click(mailed.ana_message)):
            keeper.keep(each, readers.ear(database))
        readers.wait()
        assert [way for way, _ in readers.told] == [Way(TARGET), Way(fault=True), Way(TARGET)]
    assert keeper.looked_up([bad, click(mailed.ana_message)]) == [Way(fault=True), Way(TARGET)]
    assert kept(database) == 4


def test_readers_are_answered_after_a_round_that_failed_altogether(
    database: Database, mailed: Mailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Keeper._written
    monkeypatch.setattr(Keeper, "_written", lambda *_: 1 / 0)
    keeper = Keeper(database)
    assert keeper.kept(click(mailed.ana_message)) == Way(fault=True)
    monkeypatch.setattr(Keeper, "_written", written)
    assert keeper.kept(click(mailed.ana_message)) == Way(TARGET)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_keeper_whose_thread_has_ended_gets_another(database: Database, mailed: Mailed) -> None:
    def end(_way: Way) -> None:
        raise SystemExit

    before = set(threading.enumerate())
    keeper, readers = Keeper(database), Readers(1)
    keeper.keep(click(mailed.ana_message), end)
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
    keeper.keep(click(mailed.ana_message), readers.ear(database))
    readers.wait()
    assert kept(database) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_while_nobody_can_write_readers_wait_once_and_not_one_group_after_the_other(
    database: Database, mailed: Mailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", 0.3)
    monkeypatch.setattr(keeping, "_MOST_TOGETHER", 5)
    impatient, tries = Database(database.url, patience=0.3), []
    begin = impatient.begin
    monkeypatch.setattr(impatient, "begin", lambda: tries.append(1) or begin())
    keeper, readers = Keeper(impatient), Readers(60)
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(60):
            keeper.keep(click(mailed.ana_message), readers.ear(database))
        readers.wait()
        other.execute("ROLLBACK")
    assert {way for way, _ in readers.told} == {Way(TARGET)}
    assert len(tries) <= 4, "twelve groups"
    assert kept(database) == 0
    assert keeper.kept(click(mailed.ana_message)) == Way(TARGET)
    assert kept(database) == 1
    impatient.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("poisoned")
def test_a_bad_hit_in_a_group_makes_nobody_wait_for_a_shut_database_one_by_one(
    database: Database, mailed: Mailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", 0.2)
    impatient, tries = Database(database.url, patience=0.2), []
    begin = impatient.begin
    monkeypatch.setattr(impatient, "begin", lambda: tries.append(1) or begin())
    keeper, readers = Keeper(impatient), Readers(41)
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(41):
            agent = "poison" if number == 20 else PHONE
            keeper.keep(arrival(Token(mailed.ana_message, 1), Purpose.CLICK, now=SENT_AT, agent=agent), readers.ear(database))
        readers.wait()
        other.execute("ROLLBACK")
    assert [way for way, _ in readers.told].count(Way(TARGET)) == 40
    assert len(tries) <= 4
    impatient.close()


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
