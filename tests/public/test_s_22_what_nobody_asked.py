"""S-22: a preferences page or form that is sent with more than it asked changes nothing of it, and the log says so, without the values."""

import logging
from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.models import Field, List
from mailflow.foundation.database import Database
from tests.public.public_door import Door

PLANTED = {
    "status": "confirmed", "premium": "1", "tier": "premium", "subscriber_id": "1", "id": "1", "email": "eva@example.net",
    "confirmed_at": "2020-01-01", "field_6": "premium", "9; DROP TABLE": "x",
}  # fmt: skip


@pytest.fixture
def private(database: Database, now: datetime) -> str:
    with database.begin() as session:
        brand = session.scalars(select(List.brand_id).limit(1)).one()
        session.add(List(slug="vip", brand_id=brand, name={"es": "VIP"}, description={"es": ""}, public=False, position=9, created_at=now))
    return "vip"


def test_s_22_preferences_sent_with_more_than_they_asked_change_only_what_they_showed(
    door: Door, private: str, caplog: pytest.LogCaptureFixture
) -> None:
    door.joined("elena@example.net", first_name="Elena")
    door.joined("ana@example.net", first_name="Ana")
    elena, ana = door.person("elena@example.net"), door.person("ana@example.net")
    shown = [*PLANTED, "first_name"]
    lists = {"lists": ["newsletter", private, "2"], "shown_lists": ["newsletter", private, "2"]}
    with caplog.at_level(logging.WARNING):
        path = door.preferences_path("ana@example.net")
        answer = door.post(path, {**PLANTED, "subscriber_id": str(elena.id), "shown": shown, "first_name": "Ana María", **lists})
    assert answer.status_code == 303
    assert "Ana María" in door.known_values()
    assert "premium" not in door.known_values()
    assert private not in door.states("ana@example.net")
    after = door.person("ana@example.net")
    assert (after.email, after.confirmed_at, after.created_at) == (ana.email, ana.confirmed_at, ana.created_at)
    assert door.person("elena@example.net").email == "elena@example.net"
    assert "Elena" in door.known_values()
    assert "nobody asked for; ignored: confirmed_at, id, lists, premium, status" in caplog.text
    assert "eva@example.net" not in caplog.text
    assert "DROP" not in caplog.text


def test_s_22_a_form_sent_with_more_than_it_asked_makes_an_ordinary_newcomer(
    door: Door, private: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        door.joined(**{**PLANTED, "email": "ana@example.net"}, lists=["newsletter", private])
    assert "premium" not in door.known_values()
    assert door.states("ana@example.net") == {"newsletter": "confirmed"}
    assert "nobody asked for" in caplog.text


def test_s_22_a_field_that_was_made_internal_or_archived_is_written_by_no_page_that_was_open(
    door: Door, database: Database, now: datetime
) -> None:
    door.joined(sex="f")
    path = door.preferences_path()
    with database.begin() as session:
        known = {field.key: field for field in session.scalars(select(Field))}
        known["sex"].archived_at, known["first_name"].public = now, False
    door.post(
        path, {"shown": ["sex", "first_name"], "sex": "m", "first_name": "Eva", "lists": ["newsletter"], "shown_lists": ["newsletter"]}
    )
    assert "'f'" in door.known_values()
    assert "'m'" not in door.known_values()
    assert "Eva" not in door.known_values()


def test_what_is_required_is_asked_for_and_never_stands_in_the_way_of_leaving(door: Door, database: Database) -> None:
    door.joined(lists=["newsletter", "taller"], first_name="Ana")
    with database.begin() as session:
        for key in ("sex", "first_name"):
            session.scalars(select(Field).where(Field.key == key)).one().required = True
    assert "hace falta" in door.signs_up("eva@example.net", first_name="").text
    page = {"shown": ["sex", "first_name"], "lists": ["newsletter"], "shown_lists": ["newsletter", "taller"]}
    assert door.post(door.preferences_path(), {**page, "first_name": ""}).status_code == 422  # given once, it is not taken away
    assert door.post(door.preferences_path(), {**page, "first_name": "Ana"}).status_code == 303  # sex was never said
    assert door.states()["taller"] == "left"
