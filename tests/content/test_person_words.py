"""A profile's values as a mail says them, in the reader's language."""

from datetime import date
from typing import Any

import pytest

from mailflow.content.person_words import is_worded, worded
from mailflow.delivery.reads import Known

PLACES = {"ES-SE": {"es": "Sevilla", "en": "Seville"}}


@pytest.mark.parametrize(
    ("kind", "value", "spanish", "english"),
    [
        ("money", 1250, "12,50\N{NO-BREAK SPACE}€", "€12.50"),
        ("money", 125_000, "1.250 €", "€1,250"),
        ("money", 0, "0 €", "€0"),
        ("date", date(1988, 3, 14), "14 de marzo de 1988", "14 March 1988"),
        ("number", 3.0, 3, 3),
        ("number", 2.5, 2.5, 2.5),
        ("place", "ES-SE", "Sevilla", "Seville"),
        ("place", "ES-XX", "ES-XX", "ES-XX"),
        ("many-of", ["ES-SE"], ["Sevilla"], ["Seville"]),
    ],
)
def test_a_value_is_said_in_the_readers_language(kind: str, value: Any, spanish: Any, english: Any) -> None:
    field = Known("x", kind, PLACES if kind in ("place", "many-of") else {}, "EUR")
    assert is_worded(field)
    assert (worded(field, value, "es"), worded(field, value, "en")) == (spanish, english)


def test_sex_and_interests_stay_keys_for_conditions() -> None:
    assert not is_worded(Known("sex", "one-of", {"f": {"es": "Mujer"}}))
    assert not is_worded(Known("first_name", "string", {}))
