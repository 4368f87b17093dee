"""Bruno makes a field of his own, in both languages, and loses nothing by changing it."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from mailflow.audience import profile
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Field, Subscriber
from mailflow.foundation.database import Database
from tests.studio.conftest import Visitor

SIZE: dict[str, Any] = {
    "kind": "one-of", "label_es": "Talla", "label_en": "Size", "help_es": "La de tu camiseta", "help_en": "Of your shirt",
    "option_key": ["", "", ""], "option_off": ["", "", ""], "option_es": ["Pequeña", "Grande", ""], "option_en": ["Small", "Large", ""],
    "public": "1", "required": "1", "report": "1", "do": "save",
}  # fmt: skip


@pytest.fixture(autouse=True)
def shop(database: Database, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
        session.add(Subscriber(email="ana@example.net", email_key="ana@example.net", source="api", created_at=now))


def field(database: Database, key: str) -> Field | None:
    with database.read() as session:
        return session.scalar(select(Field).where(Field.key == key))


def test_a_field_is_chosen_by_its_kind_and_made(bruno: Visitor, database: Database) -> None:
    assert "One of several" in bruno.get("/fields/new").text
    page = bruno.get("/fields/new?kind=one-of").text
    assert page.count('name="option_es"') == 2
    more = bruno.post("/fields/", SIZE | {"do": "add"})
    assert (more.status_code, more.text.count('name="option_es"')) == (200, 4)
    assert field(database, "talla") is None
    assert bruno.post("/fields/", SIZE).status_code == 303
    made = field(database, "talla")
    assert made
    assert [one["key"] for one in made.options] == ["pequena", "grande"]
    assert (made.public, made.required, made.report, made.help["en"]) == (True, True, True, "Of your shirt")
    listed = bruno.get("/fields/").text
    assert "{{ subscriber.talla }}" in listed
    assert "2 options" in listed


def test_an_option_that_somebody_has_is_kept_when_it_is_taken_away(bruno: Visitor, database: Database) -> None:
    bruno.post("/fields/", SIZE)
    made = field(database, "talla")
    assert made
    with database.begin() as session:
        profile.set_values(session, 1, {"talla": "grande"})
    assert "One person has it." in bruno.get(f"/fields/{made.id}").text
    there = SIZE | {"option_key": ["pequena", "grande"], "option_off": ["", ""], "option_es": ["S", "L"], "option_en": ["S", "L"]}
    swapped = bruno.post(f"/fields/{made.id}", there | {"do": "down:0"}).text
    assert swapped.index('value="grande"') < swapped.index('value="pequena"')
    assert "keeps it" in bruno.post(f"/fields/{made.id}", there | {"do": "remove:1"}).text
    only = SIZE | {"option_key": ["pequena"], "option_off": [""], "option_es": ["S"], "option_en": ["S"]}
    assert bruno.post(f"/fields/{made.id}", only).status_code == 303
    kept = field(database, "talla")
    assert kept
    assert [(one["key"], one.get("off", False)) for one in kept.options] == [("pequena", False), ("grande", True)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label_en": ""}, "Give it a name in both languages"),
        ({"option_en": ["Small", "", ""]}, "Each option needs words of its own"),
        ({"kind": "money", "currency": "euros"}, "three letters of a currency"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(bruno: Visitor, database: Database, change: dict[str, Any], words: str) -> None:
    answer = bruno.post("/fields/", SIZE | {"report": ""} | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert field(database, "talla") is None


def test_what_is_in_use_is_archived_and_says_so_and_the_rest_is_deleted(bruno: Visitor, database: Database) -> None:
    bruno.post("/fields/", SIZE)
    made, sex = field(database, "talla"), field(database, "sex")
    assert made
    assert sex
    bruno.post("/forms/1", {
        "title_es": "A", "title_en": "B", "consent_wording_es": "A", "consent_wording_en": "B", "tracking_wording_es": "A",
        "tracking_wording_en": "B", "list_slugs": ["newsletter"], "field_keys": ["talla"],
    })  # fmt: skip
    page = bruno.get(f"/fields/{made.id}").text
    assert 'Form: <a href="/forms/1">' in page
    assert bruno.post(f"/fields/{made.id}/end").status_code == 303
    assert "Nobody is asked for these any more" in bruno.get("/fields/").text
    bruno.post(f"/fields/{made.id}/back")
    bruno.post(f"/fields/{sex.id}/end")
    archived = field(database, "sex")
    assert archived
    assert archived.archived_at
    bruno.post("/fields/", SIZE | {"label_es": "Otra"})
    other = field(database, "otra")
    assert other
    bruno.post(f"/fields/{other.id}/end")
    assert field(database, "otra") is None


def test_fields_are_moved_up_and_down(bruno: Visitor, database: Database) -> None:
    sex = field(database, "sex")
    assert sex
    bruno.post(f"/fields/{sex.id}/move", {"do": "up"})
    with database.read() as session:
        assert list(session.scalars(select(Field.key).order_by(Field.position)))[:3] == ["first_name", "sex", "last_name"]
    bruno.post(f"/fields/{sex.id}/move", {"do": "up"})
    assert bruno.post("/fields/999/move", {"do": "up"}).status_code == 404
