"""Segments in words."""

from typing import Any

import pytest

from mailflow.segments.describe import describe
from mailflow.segments.rules import parse
from mailflow.segments.words import Saved
from tests.segments.segment_town import fields

FIELDS = fields()
LISTS = {"casa": {"es": "Novedades de la casa", "en": "House news"}}
TREE = {
    "all": [
        {"list": "casa", "is": "confirmed"},
        {"any": [{"field": "interests", "is": "any-of", "value": ["vajilla"]}, {"did": "clicked", "at_least": 2, "within_days": 90}]},
        {"none": [{"did": "ordered", "within_days": 14}, {"silent": True}]},
    ]
}


def told(tree: dict[str, Any], language: str) -> str:
    saved = {7: Saved(7, {"es": "Dormidos", "en": "Asleep"}, {"all": []})}
    return describe(parse(tree, fields=FIELDS, lists=LISTS, segments=saved), language)


def test_a_nested_tree_is_one_spanish_sentence() -> None:
    assert told(TREE, "es") == (
        "Está en «Novedades de la casa», (en Intereses tiene Vajilla o hizo clic en al menos 2 correos en 90 días)"
        " y se deja fuera a quien compró algo en 14 días o no respondió a una reactivación"
    )


def test_a_nested_tree_is_one_english_sentence() -> None:
    assert told(TREE, "en") == (
        "Is in “House news”, (has VAJILLA under interests or clicked in at least 2 mails in 90 days)"
        " and leaving out whoever ordered something in 14 days or did not answer a reactivation"
    )


@pytest.mark.parametrize(
    ("condition", "spanish", "english"),
    [
        ({"spent": {"at_least": 120_050}}, "Gastó al menos 1.200,50 €", "Spent at least €1,200.50"),
        ({"top": {"share": 0.125, "within_days": 90}}, "Está en el mejor 12,5 %", "Is in the best 12.5%"),
        ({"field": "birth_date", "is": "age-between", "value": [18, 34]}, "Tiene entre 18 y 34 años", "Is 18 to 34 years old"),
        ({"field": "birth_date", "is": "<", "value": "2000-02-29"}, "29 de febrero de 2000", "29 February 2000"),
        ({"field": "has_dog", "is": "is", "value": False}, "En has_dog no dijo que sí", "Did not say yes to has_dog"),
        ({"segment": 7}, "Está en el segmento «Dormidos»", "Is in the segment “Asleep”"),
        ({"source": ["paid", "organic"]}, "Llegó por publicidad o su cuenta", "Came through advertising or their own way"),
    ],
)
def test_conditions_are_told_as_the_reader_writes(condition: dict[str, Any], spanish: str, english: str) -> None:
    said = told({"all": [condition]}, "es").replace("\N{NO-BREAK SPACE}", " ")
    assert spanish in said
    assert english in told({"all": [condition]}, "en")


def test_or_becomes_u_before_an_o() -> None:
    tree = {"any": [{"language": "es"}, {"did": "opened", "at_least": 1}, {"field": "first_name", "is": "is", "value": "Olga"}]}
    assert "u" not in told(tree, "es").split()
    assert told({"none": []}, "es") == "Todo el mundo"
    assert told({"any": []}, "en") == "Nobody"
