"""Bruno keeps segments, lets one name another, and is kept from knots."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import members
from mailflow.segments.explain import explain
from mailflow.segments.models import Segment
from mailflow.segments.queries import segments
from mailflow.segments.ready import ensure_ready
from mailflow.segments.save import SaveReason, change, create, delete

SPANISH = {"all": [{"language": "es"}]}


def made(shop: Session, name: str, tree: dict[str, object], now: datetime) -> Segment:
    outcome = create(shop, name, tree, now=now)
    assert outcome.segment is not None
    return outcome.segment


def test_a_segment_is_kept_with_its_name(shop: Session, now: datetime) -> None:
    made(shop, " Hablan español ", SPANISH, now)
    assert [(one.name["es"], one.tree) for one in segments(shop)] == [("Hablan español", SPANISH)]


def test_a_faulty_tree_is_not_kept(shop: Session, now: datetime) -> None:
    outcome = create(shop, "Roto", {"all": [{"language": "fr"}]}, now=now)
    assert (outcome.reason, outcome.faults[0].path) == (SaveReason.TREE, "all[0].language")
    assert segments(shop) == []


def test_a_segment_needs_a_name(shop: Session, now: datetime) -> None:
    assert create(shop, "  ", SPANISH, now=now).reason is SaveReason.NAME
    assert create(shop, "a\nb", SPANISH, now=now).reason is SaveReason.NAME


def test_a_segment_can_name_another(shop: Session, join: Callable[..., int], now: datetime) -> None:
    ana, _elena = join("ana", language="es"), join("elena")
    inner = made(shop, "Hablan español", SPANISH, now)
    outer = made(shop, "Fuera", {"none": [{"segment": inner.id}]}, now)
    tree = read_tree(catalogue(shop), outer.tree)
    assert shop.scalars(members(tree, now=now)).all() == [2]
    said = explain(shop, tree, ana, now=now)
    assert said is not None
    assert (said.met, said.below[0].met) == (False, True)


def test_nobody_unknown_is_explained(shop: Session, now: datetime) -> None:
    assert explain(shop, SPANISH, 99, now=now) is None


def test_a_segment_cannot_name_itself_at_any_distance(shop: Session, now: datetime) -> None:
    first = made(shop, "Uno", SPANISH, now)
    second = made(shop, "Dos", {"all": [{"segment": first.id}]}, now)
    outcome = change(shop, first, "Uno", {"any": [{"segment": second.id}]}, now=now)
    assert outcome.reason is SaveReason.TREE
    assert outcome.faults[0].message["es"] == "Un segmento no puede contenerse a sí mismo."
    assert change(shop, first, "Uno", {"any": [{"segment": first.id}]}, now=now).reason is SaveReason.TREE
    assert first.tree == SPANISH


def test_s_21_conditions_of_named_segments_count(shop: Session, now: datetime) -> None:
    inner = made(shop, "Cien", {"any": [{"silent": True}] * 150}, now)
    outcome = create(shop, "Dos veces", {"any": [{"segment": inner.id}, {"segment": inner.id}]}, now=now)
    assert "200" in outcome.faults[0].message["en"]


def test_a_change_that_would_break_another_segment_is_refused(shop: Session, now: datetime) -> None:
    inner = made(shop, "Dentro", SPANISH, now)
    outer = made(shop, "Fuera", {"all": [{"segment": inner.id}, *[{"silent": True}] * 150]}, now)
    outcome = change(shop, inner, "Dentro", {"any": [{"silent": True}] * 100}, now=now)
    assert (outcome.reason, outcome.needed_by) == (SaveReason.NEEDED, (outer,))
    assert inner.tree == SPANISH


def test_a_segment_that_another_names_is_not_deleted(shop: Session, now: datetime) -> None:
    inner = made(shop, "Dentro", SPANISH, now)
    outer = made(shop, "Fuera", {"all": [{"segment": inner.id}]}, now)
    assert delete(shop, inner).reason is SaveReason.NEEDED
    assert delete(shop, outer).reason is SaveReason.DELETED
    assert delete(shop, inner).reason is SaveReason.DELETED


def test_ready_segments_stay_as_they_are(shop: Session, now: datetime) -> None:
    ensure_ready(shop, now=now)
    ready = segments(shop)[0]
    assert change(shop, ready, "Otro", SPANISH, now=now).reason is SaveReason.READY
    assert delete(shop, ready).reason is SaveReason.READY
