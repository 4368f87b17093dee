"""What SQL answers is what somebody with patience would find by reading every person's file."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from mailflow.foundation.database import Database
from mailflow.schema import metadata
from mailflow.segments import sums_clauses
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import members, people
from mailflow.segments.count import counts, first_page, places
from mailflow.segments.describe import describe
from mailflow.segments.explain import explain
from mailflow.segments.words import Catalogue, TreeError
from tests.segments.segment_oracle import Oracle
from tests.segments.segment_town import settle
from tests.segments.segment_trees import broken_trees, conditions, trees

EXAMPLES = int(os.environ.get("MAILFLOW_TEST_EXAMPLES") or (3400 if os.environ.get("MAILFLOW_FULL") == "1" else 80))
"""How many trees each test tries, and three times as many of those that may be broken; in full size that takes some minutes."""
NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
quiet = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('town') / 'town.sqlite3'}"
        return
    with request.getfixturevalue("server").fresh(empty=True) as url:
        yield url


@pytest.fixture(scope="module")
def town(place: str) -> Iterator[Session]:
    database = Database(place)
    metadata.create_all(database.engine)
    with database.begin() as session:
        settle(session, NOON)
    with database.read() as session:
        yield session
    database.close()


@pytest.fixture(scope="module")
def names(town: Session) -> Catalogue:
    return catalogue(town)


@pytest.fixture(scope="module")
def oracle(town: Session) -> Oracle:
    return Oracle(town, NOON)


@settings(quiet, max_examples=EXAMPLES)
@given(condition=conditions)
def test_each_condition_holds_whom_it_says(town: Session, names: Catalogue, oracle: Oracle, condition: dict[str, Any]) -> None:
    tree = read_tree(names, {"all": [condition]})
    assert set(town.scalars(members(tree, now=NOON))) == oracle.members(tree)


@settings(quiet, max_examples=EXAMPLES)
@given(raw=trees)
def test_a_tree_holds_whom_it_says(town: Session, names: Catalogue, oracle: Oracle, raw: dict[str, Any]) -> None:
    tree = read_tree(names, raw)
    found = oracle.members(tree)
    assert set(town.scalars(members(tree, now=NOON))) == found
    counted = counts(town, tree, now=NOON)
    assert (counted.everybody, counted.total) == (40, len(found))
    assert counted.parts == {at: sum(oracle.holds(part, one) for one in oracle.people.values()) for at, part in places(tree)}


@settings(quiet, max_examples=EXAMPLES // 2)
@given(raw=trees)
def test_an_explanation_agrees_with_the_whole(town: Session, names: Catalogue, oracle: Oracle, raw: dict[str, Any]) -> None:
    tree = read_tree(names, raw)
    for number in (1, 17, 40):
        said = explain(town, tree, number, now=NOON)
        assert said is not None
        assert said.met == oracle.holds(tree, oracle.people[number])
        assert [one.met for one in said.below] == [oracle.holds(part, oracle.people[number]) for part in tree.parts]


@settings(quiet, max_examples=EXAMPLES)
@given(raw=trees)
def test_every_tree_can_be_told_in_both_languages(names: Catalogue, raw: dict[str, Any]) -> None:
    tree = read_tree(names, raw)
    for language in ("es", "en"):
        said = describe(tree, language)
        assert said
        assert "{" not in said


@settings(quiet, max_examples=EXAMPLES * 3)
@given(raw=broken_trees)
def test_s_19_anything_is_a_tree_or_a_fault_never_an_error(town: Session, names: Catalogue, raw: Any) -> None:
    try:
        tree = read_tree(names, raw)
    except TreeError as problem:
        faults = problem.faults
    else:
        statement = members(tree, now=NOON)
        assert {column.table.name for column in statement.selected_columns} == {"subscriber"}
        town.execute(statement).all()
        return
    assert faults
    assert all(fault.message["es"] and fault.message["en"] for fault in faults)


def test_a_planted_fault_is_found_by_the_oracle(town: Session, names: Catalogue, oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = read_tree(names, {"all": [{"did": "opened", "at_least": 2, "last": 10}]})
    assert set(town.scalars(people(tree, NOON))) == oracle.members(tree)
    monkeypatch.setattr(sums_clauses, "_bits_within", lambda often, mask: mask >= often.least)
    assert set(town.scalars(people(tree, NOON))) != oracle.members(tree)


@settings(quiet, max_examples=EXAMPLES)
@given(raw=trees)
def test_the_first_page_holds_whom_the_whole_holds(town: Session, names: Catalogue, oracle: Oracle, raw: dict[str, Any]) -> None:
    tree = read_tree(names, {"all": [*raw.get("all", [raw]), {"did": "sent", "at_least": 1}]})
    page = first_page(town, tree, now=NOON, limit=7)
    found = sorted(oracle.members(tree), reverse=True)
    assert (page.ids, page.total) == (found[:7], len(found))
