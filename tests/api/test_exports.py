"""A program of the shop takes people's data out: one file, written down, and never a formula."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from mailflow.api.assembly import create_api
from mailflow.audience.models import Export, List, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.audience.words import SubscriptionState
from mailflow.foundation.accounts import make_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from tests.studio.import_shop import open_shop

Ask = Callable[..., Any]


@pytest.fixture
def ask(database: Database, settings: Settings, ring: Ring, now: datetime) -> Ask:
    open_shop(database, now)
    client = create_api(database, settings, ring, clock=lambda: now).test_client()
    with database.begin() as session:
        key = make_api_key(session, "till", scopes=("subscribers:read",), now=now).text
        person = session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
        assert person is not None
        set_values(session, person.id, {"first_name": "=HYPERLINK(1)"})
        joined = Subscriber(email="ana@example.net", email_key="ana@example.net", source="demo", created_at=now)
        session.add(joined)
        session.flush()
        place = {"state": SubscriptionState.CONFIRMED, "asked_at": now, "confirmed_at": now}
        list_id = session.scalars(select(List.id).where(List.slug == "newsletter")).one()
        session.add(Subscription(subscriber_id=joined.id, list_id=list_id, **place))

    def call(**said: Any) -> Any:
        return client.post("/v1/exports", json=said, headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"})

    return call


def test_s_44_a_program_takes_everybody_out_and_no_cell_is_a_formula(ask: Ask, database: Database) -> None:
    answer = ask(columns=["email", "first_name"])
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    with database.read() as session:
        assert {row["email"] for row in rows} == set(session.scalars(select(Subscriber.email)))
        (line,) = session.scalars(select(Export))
        assert (line.by[:4], line.what, line.rows) == ("api:", "everybody", len(rows))
    assert "'=HYPERLINK(1)" in {row["first_name"] for row in rows}


def test_of_a_list_as_json_lines(ask: Ask) -> None:
    lines = [json.loads(line) for line in ask(list="newsletter", columns=["email", "lists"], format="jsonl").text.splitlines()]
    assert lines == [{"email": "ana@example.net", "lists": ["newsletter"]}]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"list": "nowhere"}, 422),
        ({"segment": 4711}, 422),
        ({"segment": 1, "list": "newsletter"}, 422),
        ({"columns": ["password"]}, 422),
        ({"columns": []}, 400),
        ({"format": "exe"}, 400),
        ({"segment": 2**63}, 400),
        ({"segment": True}, 400),
    ],
)
def test_what_is_not_there_is_refused_before_anything_is_written_down(
    ask: Ask, database: Database, said: dict[str, Any], status: int
) -> None:
    assert ask(**said).status_code == status
    with database.read() as session:
        assert session.scalars(select(Export)).first() is None
