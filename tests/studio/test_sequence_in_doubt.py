"""Bruno decides what becomes of a sequence's mails of which nobody knows whether they arrived."""
# ruff: noqa: F811  # fixtures are taken from the sequences' tests

import re
from datetime import datetime

from sqlalchemy import select, update

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.outbox.models import Message
from mailflow.reporting.sending import attention
from tests.sequences.cast import House
from tests.studio.conftest import Visitor
from tests.studio.test_sequences import house, words  # noqa: F401

PAGE = "/sequences/welcome/"


def _in_doubt(house: House, now: datetime) -> None:
    """Ana's and Elena's welcome was in hand when the line broke."""
    house.switch("welcome", True, now)
    house.join("Ana", now)
    house.join("Elena", now)
    house.run(now, now)
    with house.database.begin() as session:
        session.execute(update(Message).values(state="uncertain", reason="interrupted"))


def _states(house: House) -> list[str]:
    with house.database.read() as session:
        return list(session.scalars(select(Message.state).order_by(Message.id)))


def _answer(bruno: Visitor, decision: str) -> str:
    shown = re.search(r'name="count" value="(\d+)"', bruno.get(f"{PAGE}decide/{decision}").text)
    assert shown
    return words(bruno.post(f"{PAGE}decide/{decision}", {"count": shown[1]}, follow_redirects=True).text)


def test_the_page_and_the_dashboard_say_how_many(house: House, bruno: Visitor, now: datetime) -> None:
    assert "nobody knows" not in bruno.get(PAGE).text
    _in_doubt(house, now)
    page = bruno.get(PAGE).text
    assert "Of 2 messages nobody knows whether they arrived." in page
    assert f"{PAGE}decide/as-sent" in page
    assert f"{PAGE}decide/again" in page
    with house.database.read() as session:
        found = attention(session, now=now)
    assert (found.uncertain, [one.recipe for one in found.doubtful]) == (2, ["welcome"])


def test_asking_changes_nothing(house: House, bruno: Visitor, now: datetime) -> None:
    _in_doubt(house, now)
    assert "Send it again to 2 people?" in words(bruno.get(f"{PAGE}decide/again").text)
    assert set(_states(house)) == {"uncertain"}


def test_taken_as_sent_they_stand_in_the_ledger(house: House, bruno: Visitor, now: datetime) -> None:
    _in_doubt(house, now)
    assert "2 messages now count as sent." in _answer(bruno, "as-sent")
    assert set(_states(house)) == {"sent"}
    with house.database.read() as session:
        assert len(session.scalars(select(Activity.id).where(Activity.kind == Kind.SENT)).all()) == 2


def test_sent_again_they_wait_and_a_second_click_does_nothing(house: House, bruno: Visitor, now: datetime) -> None:
    _in_doubt(house, now)
    assert "2 messages go again." in _answer(bruno, "again")
    assert set(_states(house)) == {"pending"}
    again = bruno.post(f"{PAGE}decide/again", {"count": "2"}, follow_redirects=True).text
    assert "Their number has changed" in again


def test_the_other_sequence_is_not_touched(house: House, bruno: Visitor, now: datetime) -> None:
    _in_doubt(house, now)
    bruno.post("/sequences/reactivation/decide/as-sent", {"count": "2"})
    assert set(_states(house)) == {"uncertain"}


def test_what_does_not_exist_is_not_decided(house: House, bruno: Visitor, now: datetime) -> None:
    _in_doubt(house, now)
    assert bruno.get(f"{PAGE}decide/retry").status_code == 404
    assert bruno.get("/sequences/nothing/decide/again").status_code == 404
    assert bruno.client.post(f"{PAGE}decide/again", data={"count": "2"}).status_code == 403
    assert set(_states(house)) == {"uncertain"}
