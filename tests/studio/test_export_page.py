"""Bruno takes the list's people out, and next year it can be told that he did."""

from datetime import datetime

import pytest

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Subscriber, Subscription
from mailflow.foundation.database import Database
from tests.studio.conftest import Visitor


@pytest.fixture(autouse=True)
def shop(database: Database, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
        for name in ("ana", "berta"):
            email = f"{name}@example.net"
            session.add(Subscriber(email=email, email_key=email, source="form:newsletter", created_at=now, confirmed_at=now))
        session.flush()
        session.add(Subscription(subscriber_id=1, list_id=1, state="confirmed", asked_at=now, confirmed_at=now))


def test_a_list_is_taken_out_and_that_is_told(bruno: Visitor) -> None:
    assert 'value="list:1" selected' in bruno.get("/export/?what=list:1").text
    answer = bruno.post("/export/", {"what": "list:1", "columns": ["email", "lists"], "form": "csv"})
    assert answer.text == "\ufeffemail,lists\r\nana@example.net,newsletter\r\n"
    page = bruno.get("/export/").text
    assert "one person" in page
    assert "Bruno" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "at least one column"),
        ({"columns": "password"}, "is gone"),
        ({"columns": "email", "what": "list:7"}, "cannot be read"),
        ({"columns": "email", "what": "list:01"}, "cannot be read"),
        ({"columns": "email", "what": "list:١"}, "cannot be read"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_leaves(bruno: Visitor, data: dict[str, str], words: str) -> None:
    bruno.get("/export/")
    answer = bruno.post("/export/", data)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "Nobody has taken anything out yet" in bruno.get("/export/").text


def test_looking_takes_nothing_out(bruno: Visitor) -> None:
    bruno.get("/export/")
    assert "Nobody has taken anything out yet" in bruno.get("/export/").text
