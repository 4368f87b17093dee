"""People put into a segment one by one, or as another segment was at one moment; and conditions that other stages bring."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.segments import sources
from mailflow.segments.by_hand import create_by_hand, latest, put_in, put_in_addresses, put_in_slice, take_out
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.count import count
from mailflow.segments.describe import describe
from mailflow.segments.explain import explain
from mailflow.segments.models import Segment
from mailflow.segments.queries import is_by_hand
from mailflow.segments.save import SaveReason, create, delete
from mailflow.segments.values import options
from mailflow.segments.words import DEEPEST, TreeError

Join = Callable[..., int]


@pytest.fixture
def friends(shop: Session, now: datetime) -> Segment:
    made = create_by_hand(shop, "Amigos", now=now).segment
    assert made
    return made


def test_people_are_put_in_by_address_and_taken_out(shop: Session, join: Join, friends: Segment, now: datetime) -> None:
    ana = join("ana")
    join("carla")
    assert is_by_hand(friends.id, friends.tree)
    assert put_in_addresses(shop, friends.id, [" ANA@example.net", "nobody@example.net", ""], now=now) == (1, 1)
    assert put_in(shop, friends.id, [ana, 999], now=now) == 0
    assert [one.email for one in latest(shop, friends.id)] == ["ana@example.net"]
    assert count(shop, friends.tree, now=now) == 1
    assert take_out(shop, friends.id, ana)
    assert not take_out(shop, friends.id, ana)
    assert count(shop, friends.tree, now=now) == 0


def test_a_snapshot_stays_as_it_was(shop: Session, join: Join, friends: Segment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailflow.segments.by_hand.SLICE", 2)
    people = [join(f"p{number}", language="es") for number in range(5)]
    last: int | None = 0
    while last is not None:
        last = put_in_slice(shop, friends.id, read_tree(catalogue(shop), {"all": [{"language": "es"}]}), last, now=now)
    for person in people:
        shop.get_one(Subscriber, person).language = "en"
    shop.flush()
    assert count(shop, friends.tree, now=now) == 5
    assert count(shop, {"all": [{"language": "es"}]}, now=now) == 0


def test_whoever_is_taken_away_is_in_no_segment(shop: Session, join: Join, friends: Segment, now: datetime) -> None:
    ana = join("ana")
    put_in(shop, friends.id, [ana], now=now)
    shop.delete(shop.get_one(Subscriber, ana))
    shop.flush()
    assert latest(shop, friends.id) == []


def test_a_segment_that_others_name_stays(shop: Session, friends: Segment, now: datetime) -> None:
    assert create(shop, "Menos amigos", {"none": [{"segment": friends.id}]}, now=now).segment
    assert delete(shop, friends).reason is SaveReason.NEEDED


@dataclass(frozen=True)
class Starred:
    marks: tuple[str, ...]


@pytest.fixture
def stars() -> Iterator[None]:
    """A stage above that knows who has a star."""
    sources.register(
        sources.Source(
            word="starred",
            kind=Starred,
            read=lambda raw, _: Starred(options(raw["starred"], ("gold", "blue"))),
            clause=lambda test, _: Subscriber.language.in_(["es"] if "gold" in test.marks else []) & Subscriber.language.is_not(None),
            tell=lambda _, language: {"es": "tiene estrella", "en": "has a star"}[language],
            label={"es": "Estrella", "en": "Star"},
            choices=lambda _session, _language: [("gold", "Gold")],
        )
    )
    yield
    del sources.SOURCES["starred"], sources.OF_KIND[Starred]


@pytest.mark.usefixtures("stars")
def test_a_stage_above_brings_a_condition_of_its_own(shop: Session, join: Join, now: datetime) -> None:
    ana, carla = join("ana", language="es"), join("carla", language="en")
    tree = read_tree(catalogue(shop), {"all": [{"starred": ["gold"]}, {"none": [{"starred": ["blue"]}]}]})
    assert count(shop, tree, now=now) == 1
    assert describe(tree, "en").startswith("Has a star")
    for person, met in ((ana, True), (carla, False)):
        said = explain(shop, tree, person, now=now)
        assert said
        assert said.met == met
    with pytest.raises(TreeError):
        read_tree(catalogue(shop), {"all": [{"starred": ["green"]}]})


def test_s_21_limits_hold_through_segments_that_name_segments(shop: Session, now: datetime) -> None:
    tree: dict[str, object] = {"all": [{"language": "es"}]}
    for level in range(DEEPEST + 1):
        outcome = create(shop, f"Nivel {level}", tree, now=now)
        if outcome.segment is None:
            break
        tree = {"all": [{"segment": outcome.segment.id}]}
    assert outcome.reason is SaveReason.TREE
    assert "8" in outcome.faults[0].message["en"]


def test_s_20_signs_that_like_and_regular_expressions_know_are_letters(shop: Session, join: Join, now: datetime) -> None:
    join("ana")
    bombs = ["%" * 200, "_" * 200, "(a+)+$", "\\" * 199, "%_" * 100, "[" * 200]
    tree = {"any": [{"field": "first_name", "is": op, "value": bomb} for bomb in bombs for op in ("contains", "starts-with", "is")]}
    assert count(shop, tree, now=now) == 0
