"""What people say of themselves: read strictly, kept by type, told apart in reports."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.audience import fields, first_start, profile, queries, reporting_values, rules
from mailflow.audience.address import read_address
from mailflow.audience.models import Brand, Field, Form, Installation, List
from mailflow.audience.standard import standard_fields
from mailflow.audience.words import AddressFault, FieldFault, FieldKind
from tests.audience.audience_shop import Shop

TODAY = date(2026, 11, 21)
KINDS = {
    "text": FieldKind.STRING,
    "number": FieldKind.NUMBER,
    "yes": FieldKind.BOOLEAN,
    "birth_date": FieldKind.DATE,
    "one": FieldKind.ONE_OF,
    "many": FieldKind.MANY_OF,
    "place": FieldKind.PLACE,
}
OPTIONS = [{"key": "a", "label": {"es": "A"}}, {"key": "b", "label": {"es": "B"}}]
REGISTRY = [SimpleNamespace(key=key, kind=kind, options=OPTIONS) for key, kind in KINDS.items()]
KEYS = [*KINDS, "birth_date_day", "birth_date_month", "birth_date_year", "tier"]


def _parse(**raw: Any) -> Any:
    return rules.parse_fields(REGISTRY, {key: value if isinstance(value, list) else [value] for key, value in raw.items()}, today=TODAY)


@given(st.dictionaries(st.sampled_from(KEYS), st.lists(st.text(max_size=130), max_size=4)))
def test_any_input_is_either_a_clean_value_or_a_fault(raw: dict[str, list[str]]) -> None:
    parsed = rules.parse_fields(REGISTRY, raw, today=TODAY)
    assert not set(parsed.values) & set(parsed.errors)
    assert set(parsed.values) | set(parsed.errors) <= set(KINDS)
    text = parsed.values.get("text", "")
    assert isinstance(text, str)
    assert not rules.has_control(text)
    assert len(text) <= rules.LONGEST_TEXT
    assert set(parsed.values.get("many", [])) <= {"a", "b"}  # type: ignore[arg-type]
    assert parsed.values.get("place", "a") in ("a", "b")


@given(st.dates(date(1907, 1, 1), date(2012, 11, 21)))
def test_any_real_birthday_of_fourteen_or_more_is_read_back(day: date) -> None:
    parts = {"birth_date_day": str(day.day), "birth_date_month": str(day.month), "birth_date_year": str(day.year)}
    assert _parse(**parts).values == {"birth_date": day} == _parse(birth_date=day.isoformat()).values


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({"birth_date": "2012-11-22"}, FieldFault.TOO_YOUNG),
        ({"birth_date": "2026-11-22"}, FieldFault.IN_THE_FUTURE),
        ({"birth_date": "1850-01-01"}, FieldFault.TOO_OLD),
        ({"birth_date": "1990-02-30"}, FieldFault.NO_SUCH_DAY),
        ({"birth_date": "14/3/1988"}, FieldFault.NO_SUCH_DAY),
        ({"birth_date_day": "14"}, FieldFault.NO_SUCH_DAY),
        ({"birth_date_day": "１", "birth_date_month": "1", "birth_date_year": "1990"}, FieldFault.NO_SUCH_DAY),
        ({"number": "NaN"}, FieldFault.NOT_A_NUMBER),
        ({"number": "1_000"}, FieldFault.NOT_A_NUMBER),
        ({"one": "c"}, FieldFault.NOT_A_CHOICE),
        ({"many": ["a", "c"]}, FieldFault.NOT_A_CHOICE),
        ({"text": "x" * 101}, FieldFault.TOO_LONG),
        ({"text": "a\u2028b"}, FieldFault.CONTROL),
        ({"text": "\ud800"}, FieldFault.CONTROL),
        ({"text": "https://casino"}, FieldFault.LINK),
    ],
)
def test_what_is_wrong_has_a_reason(raw: dict[str, Any], fault: FieldFault) -> None:
    assert list(_parse(**raw).errors.values()) == [fault]


def test_names_are_tidied_and_kept_as_people_write_them() -> None:
    for name in ("María José", "O'Brien", "Núñez-Cortés", "李小龍", "Mª del Mar", "J. R. Ortega"):
        assert _parse(text=f"  {name} ").values == {"text": name}
    assert _parse(text="Ana  \u00a0 Mari\u0301a").values == {"text": "Ana María"}


def test_values_come_back_as_they_were_set_and_go_when_emptied(shop: Shop, now: datetime) -> None:
    ana = shop.joined("ana@example.net", now=now)
    with shop.database.begin() as session:
        session.add_all(Field(key=key, kind=kind, label={"es": key}) for key, kind in (("n", FieldKind.NUMBER), ("b", FieldKind.BOOLEAN)))
        session.flush()
        given_values = {"first_name": "Ana", "n": 2.5, "b": False, "birth_date": date(1988, 3, 14), "interests": ["recetas", "copas"]}
        profile.set_values(session, ana, given_values)
        assert profile.values(session, [ana, 99]) == {ana: given_values, 99: {}}
        profile.set_values(session, ana, {"first_name": "", "interests": [], "n": None})
        assert profile.values(session, [ana])[ana] == {"b": False, "birth_date": date(1988, 3, 14)}


def test_reports_tell_people_apart_by_words_only(shop: Shop, now: datetime) -> None:
    elena = shop.joined("elena@example.net", now=now)
    nobody = shop.joined("nobody@example.net", now=now, network="10.0.0.1")
    with shop.database.begin() as session:
        profile.set_values(session, elena, {"sex": "f", "birth_date": date(1988, 3, 14), "interests": ["copas"], "tier": "premium"})
        told = reporting_values.reporting_values(session, [elena, nobody, 99], now=now)
    assert told[elena].single == {
        "source": "organic",
        "tracking": "aggregate",
        "sex": "f",
        "age": "35-44",
        "place": "unknown",
        "tier": "premium",
    }
    assert told[elena].many == {"interests": ["copas"]}
    assert told[nobody].single == {
        "source": "organic",
        "tracking": "aggregate",
        "sex": "unknown",
        "age": "unknown",
        "place": "unknown",
        "tier": "unknown",
    }
    assert set(told) == {elena, nobody}


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2008, 11, 21), "18-24"),
        (date(2008, 11, 22), "unknown"),
        (date(2001, 11, 21), "25-34"),
        (date(1961, 11, 22), "55-64"),
        (date(1961, 11, 21), "65+"),
        (None, "unknown"),
    ],
)
def test_age_bands_change_on_the_birthday(born: date | None, band: str) -> None:
    assert rules.age_band(born, TODAY) == band


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.23", "198.51.100.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("::ffff:198.51.100.23", "198.51.100.0/24"),
        ("198.51.100.0/24", "198.51.100.0/24"),
        ("2001:db8:1::/48", "2001:db8:1::/48"),
        ("", ""),
        ("proxy, 1.2.3.4", ""),
    ],
)
def test_networks_are_shortened(address: str, network: str) -> None:
    assert rules.shorten_network(address) == network


def test_addresses_keep_their_spelling_and_lose_only_the_domains_case() -> None:
    assert read_address(" Ana.Maria+shop@EXAMPLE.net ").email == "Ana.Maria+shop@example.net"
    assert read_address("ana@bücher.example.com").email == "ana@xn--bcher-kva.example.com"


def test_s_61_look_alikes_are_told_from_other_slips() -> None:
    assert read_address("аna@example.net").fault is AddressFault.LOOK_ALIKE
    assert read_address("ana@gmial.com").suggestion == "ana@gmail.com"
    assert read_address("").fault is AddressFault.MISSING
    assert read_address("a@" + "b" * 300 + ".com").fault is AddressFault.TOO_LONG


@given(st.text(max_size=80))
def test_an_accepted_address_is_plain_and_unbroken(text: str) -> None:
    email = read_address(text).email
    assert email.isascii()
    assert email.count("@") == (1 if email else 0)
    assert not any(letter.isspace() for letter in email)


def test_the_first_start_can_be_repeated_and_changes_nothing(shop: Shop, now: datetime) -> None:
    with shop.database.begin() as session:
        session.get_one(Installation, 1).currency = "USD"
        session.query(Brand).one().name = "Casa Olivo"
    with shop.database.begin() as session:
        first_start.first_start(session, now=now)
    assert [len(shop.rows(model)) for model in (Installation, Brand, List, Form, Field)] == [1, 1, 3, 1, len(standard_fields())]
    with shop.database.read() as session:
        assert queries.installation(session).currency == "USD"
        its = queries.brand(session)
        assert its
        assert its.name == "Casa Olivo"
        places = next(field for field in fields.fields(session) if field.key == "place").options
    assert len(places) == 53
    assert len({place["key"] for place in places}) == 53
    assert places[-1]["key"] == "other"


def test_people_are_counted(shop: Shop, now: datetime) -> None:
    shop.joined("ana@example.net", "newsletter", "taller", now=now)
    shop.asks("ana_b@example.net", "newsletter", now=now, network="10.0.0.1")
    with shop.database.read() as session:
        counts = queries.list_counts(session)
        assert (counts[1].confirmed, counts[1].pending, counts[2].confirmed, counts[3].confirmed) == (1, 1, 1, 0)
        page = queries.subscriber_page(session, 1)
        assert page
        assert [(place.list.slug, place.state) for place in page.places] == [("newsletter", "confirmed"), ("taller", "confirmed")]
        assert queries.subscriber_page(session, 99) is None
