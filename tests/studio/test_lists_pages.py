"""Bruno makes lists and forms, in both languages."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Form, List
from mailflow.foundation.database import Database
from mailflow.studio.bilingual import slug_of
from tests.studio.conftest import Visitor

LIST = {
    "name_es": "Mesa y jardín",
    "name_en": "Table and garden",
    "description_es": "",
    "description_en": "",
    "language": "en",
    "public": "1",
}
FORM: dict[str, Any] = {
    "title_es": "Apúntate",
    "title_en": "Join",
    "consent_wording_es": "Quiero",
    "consent_wording_en": "I want",
    "tracking_wording_es": "Podéis",
    "tracking_wording_en": "You may",
    "list_slugs": ["newsletter", "nowhere"],
    "field_keys": ["first_name", "tier", "email"],
    "source_class": "paid",
}


@pytest.fixture(autouse=True)
def shop(database: Database, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)


def lists(database: Database) -> list[List]:
    with database.read() as session:
        return list(session.scalars(select(List).order_by(List.id)))


def forms(database: Database) -> list[Form]:
    with database.read() as session:
        return list(session.scalars(select(Form).order_by(Form.id)))


def test_a_list_is_made_with_an_address_from_its_name(bruno: Visitor, database: Database) -> None:
    assert bruno.post("/lists/", LIST).status_code == 303
    made = lists(database)[-1]
    assert (made.slug, made.name["en"], made.language, made.public) == ("mesa-y-jardin", "Table and garden", "en", True)
    assert "Table and garden" in bruno.get("/lists/").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name_en": " "}, "Write it in both languages"),
        ({"name_es": "x" * 81}, "At most 80 characters"),
        ({"slug": "no/no"}, "Use small letters"),
        ({"slug": "newsletter"}, "Another list has this address."),
    ],
)
def test_a_faulty_list_is_not_made(bruno: Visitor, database: Database, change: dict[str, str], words: str) -> None:
    answer = bruno.post("/lists/", LIST | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert len(lists(database)) == 1


def test_a_name_with_faults_is_the_only_thing_told(bruno: Visitor) -> None:
    answer = bruno.post("/lists/", LIST | {"name_es": ""})
    assert answer.status_code == 422
    assert "One thing needs mending" in answer.text
    assert "Use small letters" not in answer.text
    assert "Use small letters" not in bruno.post("/forms/", FORM | {"title_es": ""}).text


def test_an_address_that_nobody_wrote_is_found_for_them(bruno: Visitor, database: Database) -> None:
    for change in ({}, {}, {"name_es": "¿¡…!?", "name_en": "Garden"}, {"name_es": "木", "name_en": "木"}, {"name_es": "a " * 40}):
        assert bruno.post("/lists/", LIST | change).status_code == 303
    assert [one.slug for one in lists(database)[1:]] == ["mesa-y-jardin", "mesa-y-jardin-2", "garden", "list", ("a-" * 20)[:-1]]
    for _ in range(2):
        assert bruno.post("/forms/", FORM).status_code == 303
    assert [one.slug for one in forms(database)[1:]] == ["apuntate", "apuntate-2"]


def test_a_list_is_renamed_but_keeps_its_address(bruno: Visitor, database: Database) -> None:
    assert bruno.post("/lists/1", LIST | {"slug": "other"}).status_code == 303
    assert (lists(database)[0].slug, lists(database)[0].name["es"]) == ("newsletter", "Mesa y jardín")
    assert bruno.post("/lists/1", LIST | {"name_es": ""}).status_code == 422
    assert bruno.get("/lists/77").status_code == 404


def test_a_form_is_made_closed_and_asks_only_what_may_be_asked(bruno: Visitor, database: Database) -> None:
    assert bruno.post("/forms/", FORM).status_code == 303
    made = forms(database)[-1]
    assert (made.slug, made.open, made.source_class) == ("apuntate", False, "paid")
    assert (made.list_slugs, made.field_keys) == (["newsletter"], ["first_name"])


def test_a_form_needs_a_list_and_both_wordings(bruno: Visitor, database: Database) -> None:
    answer = bruno.post("/forms/1", FORM | {"list_slugs": [], "consent_wording_en": ""})
    assert answer.status_code == 422
    assert "Choose at least one list" in answer.text
    assert "Write it in both languages" in answer.text
    assert forms(database)[0].list_slugs == ["newsletter"]


def test_a_form_is_closed_and_opened(bruno: Visitor, database: Database) -> None:
    bruno.post("/forms/1/switch", {"open": "0"})
    assert not forms(database)[0].open
    assert "is closed" in bruno.get("/forms/").text
    bruno.post("/forms/1/switch", {"open": "1"})
    assert forms(database)[0].open
    assert "http://localhost:8000/subscribe/newsletter" in bruno.get("/forms/").text


def test_another_form_cannot_take_an_address(bruno: Visitor, database: Database) -> None:
    assert bruno.post("/forms/", FORM | {"slug": "newsletter"}).status_code == 422
    assert len(forms(database)) == 1


def test_a_name_gives_a_part_of_an_address() -> None:
    assert slug_of("  Ñoquis & más: ¡otoño!  ") == "noquis-mas-otono"
