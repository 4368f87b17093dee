"""Conditions as Bruno the marketer means them, told by people he knows."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mailflow.audience.profile import set_values
from mailflow.segments.count import count
from mailflow.segments.profile_clauses import birthdays, years_before
from mailflow.segments.queries import segments
from mailflow.segments.ready import READY, ensure_ready
from mailflow.segments.sample import everybody, sample

Join = Callable[..., int]
Note = Callable[..., None]


def who(shop: Session, tree: dict[str, Any], now: datetime) -> list[str]:
    return sorted(person.email.split("@")[0] for slice_ in everybody(shop, tree, now=now) for person in slice_)


def test_clicks_of_machines_do_not_count(shop: Session, join: Join, did: Note, now: datetime) -> None:
    did(join("ana"), "clicked", mailing_id=1)
    did(join("dario"), "clicked", mailing_id=1, machine=True)
    assert who(shop, {"all": [{"did": "clicked", "within_days": 30}]}, now) == ["ana"]
    assert who(shop, {"all": [{"did": "clicked", "never": True}]}, now) == ["dario"]


def test_three_clicks_in_one_mail_are_one(shop: Session, join: Join, did: Note, now: datetime) -> None:
    ana, carla = join("ana"), join("carla")
    for mailing in (1, 1, 1):
        did(ana, "clicked", mailing_id=mailing)
    for mailing in (1, 2, 3):
        did(carla, "clicked", mailing_id=mailing)
    assert who(shop, {"all": [{"did": "clicked", "at_least": 3}]}, now) == ["carla"]


def test_none_lets_in_those_of_whom_nothing_is_known(shop: Session, join: Join, now: datetime) -> None:
    ana, _elena = join("ana", language="es"), join("elena")
    set_values(shop, ana, {"sex": "f"})
    assert who(shop, {"none": [{"field": "sex", "is": "in", "value": ["f"]}]}, now) == ["elena"]
    assert who(shop, {"none": [{"language": "es"}]}, now) == ["elena"]


def test_signs_of_like_are_plain_letters(shop: Session, join: Join, now: datetime) -> None:
    for name, text in (("ana", "100% Ana"), ("carla", "100 Carla")):
        set_values(shop, join(name), {"first_name": text})
    assert who(shop, {"all": [{"field": "first_name", "is": "contains", "value": "100%"}]}, now) == ["ana"]


def test_capitals_make_no_difference_even_with_accents(shop: Session, join: Join, now: datetime) -> None:
    set_values(shop, join("inigo"), {"first_name": "ÍÑIGO"})
    assert who(shop, {"all": [{"field": "first_name", "is": "is", "value": "íñigo"}]}, now) == ["inigo"]


def test_the_best_tenth_is_a_tenth_of_everybody_confirmed(shop: Session, join: Join, did: Note, now: datetime) -> None:
    people = [join(f"p{number:02}") for number in range(20)]
    for number, person in enumerate(people[:5]):
        for mailing in range(number + 1):
            did(person, "clicked", mailing_id=mailing)
    did(people[19], "ordered", amount=4600)
    assert who(shop, READY["top-engagers"][1], now) == ["p04", "p19"]  # type: ignore[arg-type]


def test_a_count_can_be_narrowed_to_one_list(shop: Session, join: Join, now: datetime) -> None:
    join("ana")
    assert count(shop, {"all": []}, now=now, list_id=1) == 1
    assert count(shop, {"all": []}, now=now, list_id=2) == 0


def test_a_sample_shows_the_newest_first(shop: Session, join: Join, now: datetime) -> None:
    for name in ("ana", "carla", "elena"):
        join(name)
    assert [one.email for one in sample(shop, {"all": []}, now=now, limit=2)] == ["elena@example.net", "carla@example.net"]
    assert len(sample(shop, {"all": []}, now=now, limit=9, shuffle=True)) == 3


def test_all_people_come_in_slices(shop: Session, join: Join, now: datetime, monkeypatch: Any) -> None:
    monkeypatch.setattr("mailflow.segments.sample.SLICE", 2)
    for number in range(5):
        join(f"p{number}")
    assert [len(one) for one in everybody(shop, {"all": []}, now=now)] == [2, 2, 1]


def test_the_asleep_joined_long_ago_and_neither_click_nor_buy(shop: Session, join: Join, did: Note, now: datetime) -> None:
    did(join("ana"), "clicked", days=119, mailing_id=1)
    did(join("carla"), "clicked", days=121, mailing_id=1)
    did(join("dario"), "opened", days=2, mailing_id=1)
    did(join("elena"), "ordered", days=100, amount=100)
    join("new", days=30)
    assert who(shop, READY["asleep"][1], now) == ["carla", "dario"]  # type: ignore[arg-type]


def test_a_second_order_ends_being_a_first_time_buyer(shop: Session, join: Join, did: Note, now: datetime) -> None:
    ana, elena = join("ana"), join("elena")
    for person in (ana, elena, elena):
        did(person, "ordered", amount=100)
    assert who(shop, READY["first-time-buyers"][1], now) == ["ana"]  # type: ignore[arg-type]


def test_ready_segments_are_made_once(shop: Session, now: datetime) -> None:
    ensure_ready(shop, now=now)
    ensure_ready(shop, now=now)
    made = segments(shop)
    assert [one.slug for one in made] == list(READY)
    assert all(one.name["es"] and one.name["en"] for one in made)


def test_a_leap_day_is_kept_on_the_28th_in_other_years() -> None:
    assert 229 in birthdays(date(2027, 2, 27), 1)
    assert 229 not in birthdays(date(2028, 2, 28), 0)
    assert 229 in birthdays(date(2028, 2, 29), 0)
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)


def test_birthdays_look_across_new_year(shop: Session, join: Join) -> None:
    set_values(shop, join("ana"), {"birth_date": date(1985, 1, 2)})
    new_years_eve = datetime(2026, 12, 31, 9, tzinfo=UTC)
    assert who(shop, READY["birthday-soon"][1], new_years_eve) == ["ana"]  # type: ignore[arg-type]
