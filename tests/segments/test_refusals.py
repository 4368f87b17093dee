"""Trees that are refused: each fault with its place and what to do, in both languages."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import members
from mailflow.segments.rules import parse
from mailflow.segments.words import Fault, TreeError
from tests.segments.segment_town import fields

FIELDS = fields()


def faults(tree: Any, **names: Any) -> list[Fault]:
    with pytest.raises(TreeError) as refused:
        parse(tree, fields=FIELDS, **names)
    return refused.value.faults


def deep(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"all": [{"field": "first_name", "is": "contains", "value": "José"}]}
    for level in range(levels - 1):
        tree = {("all", "any", "none")[level % 3]: [{"language": "es"}, tree]}
    return tree


def test_s_19_an_unknown_field_is_named_with_its_place() -> None:
    found = faults({"all": [{"language": "es"}, {"any": [{"field": "email; DROP TABLE subscriber", "is": "is", "value": "x"}]}]})
    assert [(one.path, one.at) for one in found] == [("all[1].any[0].field", (1, 0))]
    assert found[0].message == {
        "es": "El campo «email; DROP TABLE subscriber» no existe.",
        "en": "There is no field “email; DROP TABLE subscriber”.",
    }


def test_s_19_an_operator_of_another_kind_is_refused_with_those_that_fit() -> None:
    found = faults({"all": [{"field": "sex", "is": "contains", "value": "f"}]})
    assert found[0].path == "all[0].is"
    assert "in, not-in, empty, not-empty" in found[0].message["en"]


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ({"field": "children", "is": "=", "value": "3"}, "value"),
        ({"field": "children", "is": "=", "value": True}, "value"),
        ({"field": "children", "is": "=", "value": float("nan")}, "value"),
        ({"field": "children", "is": "between", "value": [3, 1]}, "value"),
        ({"field": "birth_date", "is": "<", "value": "2026-02-30"}, "value"),
        ({"field": "birth_date", "is": "<", "value": "20260230"}, "value"),
        ({"field": "birth_date", "is": "age-between", "value": [18]}, "value"),
        ({"field": "wedding", "is": "age-between", "value": [18, 30]}, "is"),
        ({"field": "sex", "is": "in", "value": ["woman"]}, "value"),
        ({"field": "sex", "is": "in", "value": []}, "value"),
        ({"field": "first_name", "is": "is", "value": "a\x00b"}, "value"),
        ({"field": "first_name", "is": "is", "value": "\ud800"}, "value"),
        ({"field": "first_name", "is": "is", "value": "x" * 201}, "value"),
        ({"field": "first_name", "is": "empty", "value": "x"}, "value"),
        ({"field": "first_name", "is": "is", "value": "x", "column": "email"}, "column"),
        ({"field": ["first_name"], "is": "is", "value": "x"}, "field"),
        ({"list": "casa", "is": "confirmed "}, "is"),
        ({"list": "nowhere", "is": "left"}, "list"),
        ({"language": "fr"}, "language"),
        ({"source": ["organic", "1=1"]}, "source"),
        ({"joined": {"within_days": 0}}, "joined"),
        ({"joined": {"within_days": 3, "before_days": 9}}, "joined"),
        ({"did": "bounced"}, "did"),
        ({"did": "opened", "at_least": 2**70}, "at_least"),
        ({"did": "opened", "at_least": 1, "never": True}, "never"),
        ({"did": "opened", "mailing": 0}, "mailing"),
        ({"spent": {"at_least": 10.5}}, "spent.at_least"),
        ({"top": {"share": 2, "within_days": 9}}, "top.share"),
        ({"silent": 1}, "silent"),
        ({"did": "opened", "at_least": 1, "at_most": 3}, "at_most"),
        ({"did": "opened", "exactly": -1}, "exactly"),
        ({"did": "opened", "never": False}, "never"),
        ({"did": "opened", "last": 51}, "last"),
        ({"did": "opened", "at_least": 11, "last": 10}, "at_least"),
        ({"did": "sent", "last": 10}, "last"),
        ({"did": "opened", "last": 10, "within_days": 3}, "last"),
        ({"did": "clicked", "link": 2}, "link"),
        ({"did": "opened", "mailing": 1, "link": 2}, "link"),
        ({"spent": {"at_least": 1, "at_most": 3}}, "spent.at_least"),
        ({"average": {}}, "average.at_least"),
        ({"bought": {"product": "a", "category": "b"}}, "bought"),
        ({"bought": {"product": ""}}, "bought.product"),
        ({"bought": {"category": "Loza", "at_least": 0}}, "at_least"),
        ({"lifecycle": ["vip"]}, "lifecycle"),
        ({"rfm": []}, "rfm"),
        ({"consent": "newsletter", "is": "given"}, "consent"),
        ({"consent": "profiling", "is": "maybe"}, "is"),
        ({"tracking": ["all"]}, "tracking"),
        ({"origin": "form:x"}, "origin"),
        ({"origin": ["a\x00"]}, "origin"),
        ({"fixed": 7}, "fixed"),
        ({"fixed": True}, "fixed"),
        ({"segment": 99}, "segment"),
        ({"segment": "1"}, "segment"),
    ],
)
def test_a_wrong_value_is_refused_where_it_stands(condition: dict[str, Any], path: str) -> None:
    found = faults({"all": [condition]}, lists={"casa": {"es": "Casa"}})
    assert [one.path for one in found] == [f"all[0].{path}"]


@pytest.mark.parametrize("tree", [None, [], {}, {"all": 3}, {"all": [], "any": []}, {"field": "sex"}, "all", {1: []}])
def test_what_is_no_group_is_refused(tree: Any) -> None:
    assert faults(tree)[0].path == ""


def test_all_faults_are_told_at_once() -> None:
    assert len(faults({"all": [{"language": "fr"}, 7, {"silent": "no"}]})) == 3


def test_s_21_eight_levels_fit_and_nine_do_not(shop: Session, now: datetime) -> None:
    assert shop.scalars(members(deep(8), now=now, fields=fields_of(shop))).all() == []
    assert "8" in faults(deep(9))[0].message["es"]


def test_s_21_two_hundred_conditions_fit_and_one_more_does_not(shop: Session, now: datetime) -> None:
    many = [{"field": "first_name", "is": "contains", "value": f"x{number}"} for number in range(200)]
    shop.scalars(members({"any": many}, now=now, fields=fields_of(shop))).all()
    assert "200" in faults({"any": [*many, {"silent": True}]})[0].message["en"]


def fields_of(session: Session) -> Any:
    return catalogue(session).fields


def test_a_tree_needs_no_list_of_lists_to_be_read(shop: Session, now: datetime) -> None:
    statement = members({"all": [{"list": "nowhere", "is": "confirmed"}]}, now=now)
    assert shop.scalars(statement).all() == []


def test_json_and_parsed_trees_are_both_taken(shop: Session) -> None:
    names = catalogue(shop)
    tree = read_tree(names, {"all": [{"silent": True}]})
    assert read_tree(names, tree) is tree


def test_s_19_a_tree_of_more_than_64_kb_is_refused_though_each_condition_is_sound() -> None:
    def tree(letters: int) -> dict[str, Any]:
        return {"any": [{"field": "first_name", "is": "contains", "value": "ñ" * letters} for _ in range(100)]}

    assert parse(tree(90), fields=FIELDS)
    found = faults(tree(190))
    assert [one.path for one in found] == [""]
    assert found[0].message == {"es": "Ocupa demasiado: caben 64 KB.", "en": "This is too large: 64 KB fit."}
