"""Somebody at the telephone is found as her name, address or number is typed, however it is spelled."""

import pytest
from sqlalchemy.orm import Session

from mailflow.audience.finding.index import index_due, index_later, index_people
from mailflow.audience.finding.keys import keys_of, readings
from mailflow.audience.finding.search import search
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Field, Subscriber
from mailflow.audience.profile import as_json, set_values, values
from mailflow.audience.rules import parse_fields
from mailflow.audience.words import FieldFault, FieldKind, Telephone
from mailflow.foundation.database import Database
from tests.conftest import NOON

CAST = {
    "ana": ("ana.ferrer@example.net", {"first_name": "Ana", "last_name": "Ferrer Soler", "telephone": ("+34600112233", "600 11 22 33")}),
    "begona": ("bego@casaolivo.es", {"first_name": "Begoña", "last_name": "Núñez-Ferrán", "company": "Casa Olivo"}),
    "carla": ("carla1985@gmail.com", {"first_name": "Carla", "last_name": "O'Brien", "telephone": ("+447911123456", "+44 7911 123456")}),
    "dario": ("dario@example.net", {"first_name": "DARÍO", "last_name": "Anaya"}),
}
ORDER = list(CAST)


@pytest.fixture
def people(database: Database) -> Database:
    with database.begin() as session:
        first_start(session, now=NOON)
        for email, profile in CAST.values():
            person = Subscriber(email=email, email_key=email, source="test", created_at=NOON)
            session.add(person)
            session.flush()
            told = {key: Telephone(*value) if isinstance(value, tuple) else value for key, value in profile.items()}
            set_values(session, person.id, told)
    return database


def _names(session: Session, text: str) -> list[str]:
    return [ORDER[person - 1] for person in search(session, text).people]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("a", ["ana", "dario"]),
        ("ANA", ["ana", "dario"]),
        ("ana f", ["ana"]),
        ("ferrer ana", ["ana"]),
        ("soler", ["ana"]),
        ("ana.ferrer@ex", ["ana"]),
        ("ferr", ["begona", "ana"]),
        ("nunez", ["begona"]),
        ("Núñez-F", ["begona"]),
        ("begona", ["begona"]),
        ("casa olivo", ["begona"]),
        ("@casaolivo.es", ["begona"]),
        ("casaolivo", ["begona"]),
        ("o'brien", ["carla"]),
        ("carla19", ["carla"]),
        ("gmail.com", []),
        ("600 11 22 33", ["ana"]),
        ("+34 600112233", ["ana"]),
        ("0034600112233", ["ana"]),
        ("34600112233", ["ana"]),
        ("600-11", ["ana"]),
        ("11 22 33", ["ana"]),
        ("233", ["ana"]),
        ("ana 600 11", ["ana"]),
        ("carla 600 11", []),
        ("07911 123456", ["carla"]),
        ("+44", ["carla"]),
        ("zoe", []),
        ("  ", []),
        ("%", []),
        ("_", []),
        ("\x00zoe", []),
    ],
)
def test_who_is_asked_for_is_found(people: Database, typed: str, found: list[str]) -> None:
    with people.read() as session:
        assert _names(session, typed) == found


def test_what_changes_is_found_at_once_and_what_was_is_not(people: Database) -> None:
    with people.begin() as session:
        set_values(session, 1, {"last_name": "Puig", "telephone": None})
        assert _names(session, "puig") == ["ana"]
        assert _names(session, "600112233") == []
        session.delete(session.get_one(Subscriber, 4))
    with people.read() as session:
        assert _names(session, "anaya") == []


def test_many_at_once_are_found_when_the_clock_has_been_there(people: Database) -> None:
    with people.begin() as session:
        session.get_one(Subscriber, 2).email = "bego@otracasa.es"
        index_later(session, [2, 3])
        index_later(session, [2])
    with people.begin() as session:
        assert _names(session, "bego@otra") == []
        assert index_due(session, limit=1) == 1
        assert _names(session, "bego@otra") == ["begona"]
        assert index_due(session) == 1
        assert index_due(session) == 0


def test_two_names_that_thousands_have_each_are_found_where_they_meet(people: Database) -> None:
    with people.begin() as session:
        for number in range(700):
            name = "antonio" if number % 2 else "zoltan"
            session.add(
                Subscriber(email=f"{name}{number}@example.org", email_key=f"{name}{number}@example.org", source="t", created_at=NOON)
            )
        last = Subscriber(email="zzz@example.org", email_key="zzz@example.org", source="t", created_at=NOON)
        session.add(last)
        session.flush()
        set_values(session, last.id, {"first_name": "Zoltan", "last_name": "Antonio"})
        index_people(session, range(5, 705))
        assert search(session, "antonio zoltan").people == (last.id,)
        matches = search(session, "zoltan", limit=7)
        assert (len(matches.people), matches.more) == (7, True)
        odd = search(session, "antonio", limit=400, narrow=[Subscriber.id > 700]).people
        assert set(odd) == {one for one in range(701, 705) if one % 2 == 0} | {last.id}


def test_a_word_that_another_begins_with_is_not_kept_twice() -> None:
    assert keys_of(["ana@example.net"], ["Ana", "Anabel"], []) == {"ana@example.net", "anabel", "example.net"}
    assert [len(terms) for terms in readings("a b c d e f g h", "34")] == [6]


def _field(kind: str = FieldKind.TELEPHONE, zone: str | None = "Europe/Madrid") -> Field:
    field = Field(key="telephone", kind=kind, options=[])
    field.zone = zone
    return field


@pytest.mark.parametrize(
    ("typed", "zone", "number"),
    [
        ("600 11 22 33", "Europe/Madrid", "+34600112233"),
        ("+34 600112233", "Europe/Madrid", "+34600112233"),
        ("0034600112233", "Europe/Madrid", "+34600112233"),
        ("(928) 12.34-56", "Atlantic/Canary", None),
        ("(928) 12.34-567", "Atlantic/Canary", "+34928123456" + "7"),
        ("07911 123456", "Europe/London", "+447911123456"),
        ("600112233", None, "+34600112233"),
    ],
)
def test_a_telephone_is_kept_in_one_form_whatever_the_spelling(typed: str, zone: str | None, number: str | None) -> None:
    parsed = parse_fields([_field(zone=zone)], {"telephone": [typed]}, today=NOON.date())
    value = parsed.values.get("telephone")
    if number and len(number) == 12:
        assert isinstance(value, Telephone)
        assert (str(value), value.typed) == (number, typed)


@pytest.mark.parametrize("typed", ["hola", "600", "6001122334455667788", "600112233 ext. 5", "a" * 300, "600\u202e112233"])
def test_what_can_be_no_telephone_is_refused(typed: str) -> None:
    fault = parse_fields([_field()], {"telephone": [typed]}, today=NOON.date()).errors["telephone"]
    assert fault in (FieldFault.NOT_A_TELEPHONE, FieldFault.TOO_LONG)


def test_what_was_typed_stays_beside_the_number_also_through_a_request(people: Database) -> None:
    with people.begin() as session:
        kept = values(session, [1])[1]["telephone"]
        assert (kept, kept.typed) == ("+34600112233", "600 11 22 33")
        set_values(session, 2, as_json({"telephone": kept}))
        again = values(session, [2])[2]["telephone"]
        assert (again, again.typed) == (kept, kept.typed)
