"""B-26, before anything leaves: a campaign's mail is made for a hundred of its own readers, and one that breaks is held."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from mailflow.audience.models import List, Subscriber
from mailflow.audience.profile import set_values
from mailflow.campaigns import draft
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.rules import is_templates_fault
from mailflow.campaigns.schedule import leave_now, schedule, unschedule
from mailflow.campaigns.words import CampaignState
from mailflow.content.library import bundled_library
from mailflow.content.models import Newsletter
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State
from mailflow.scheduler import rehearsing
from tests.house import House
from tests.sink import Sink

BY_ZERO = "{% assign n = subscriber.first_name | size | minus: 5 %}{{ 10 | divided_by: n }}"
"""Fails for whoever's name has five letters."""
TOO_LONG = "{% assign n = subscriber.first_name | size | times: 500 %}{% for i in (1..n) %}x{% endfor %}"
"""Goes round 500 times for each letter: too often for five."""


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine rehearses as much as an idle one."""
    monkeypatch.setattr(rehearsing, "SECONDS", 60.0)


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: object) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)  # type: ignore[arg-type]


def _scheduled(house: House, subject: str, *, minutes: int = 0) -> None:
    """A campaign to everybody, in so many minutes or now."""
    with house.database.begin() as session:
        slots = bundled_library().sample("newsletter", "es")["slots"]
        words = {"template": "newsletter", "language": "es", "subject": subject}
        letter = Newsletter(name="Otoño", **words, created_at=house.now, changed_at=house.now, slots=slots)
        session.add(letter)
        session.flush()
        list_id = session.scalars(select(List.id)).first()
        campaign = draft.create(session, name="Otoño", list_id=list_id, newsletter_id=letter.id, now=house.now)
        wall = (house.now + timedelta(minutes=minutes)).replace(tzinfo=None) if minutes else None
        assert schedule(session, campaign, wall=wall, zone="UTC", now=house.now).reason == "scheduled"


def _campaign(house: House) -> Campaign:
    with house.database.read() as session:
        return session.scalars(select(Campaign)).one()


def _states(house: House) -> dict[tuple[str, str | None], int]:
    with house.database.read() as session:
        rows = session.execute(select(Message.state, Message.reason, func.count()).group_by(Message.state, Message.reason))
        return {(state, reason): count for state, reason, count in rows}


def _kept(house: House) -> dict[str, Any]:
    told = _campaign(house).rehearsed
    assert told is not None
    return told


def test_b_26_a_mail_that_fails_for_a_group_is_held_before_its_hour_and_nothing_leaves(house: House) -> None:
    house.gathers([f"{name}{number}@example.net" for number in range(10, 40) for name in ("ana", "berta")])
    _scheduled(house, f"Hola {BY_ZERO}", minutes=1)
    house.tick()
    campaign = _campaign(house)
    assert (campaign.state, campaign.reason) == (CampaignState.HELD, "does-not-render")
    assert campaign.due_at is not None
    assert campaign.due_at > house.now, "it is known before the hour"
    told = _kept(house)
    assert (told["tried"], told["failed"], told["where"]) == (60, 30, "subject")
    assert told["fields"] == ["first_name"]
    assert told["fault"]["en"] == "“{{ 10 | divided_by: n }}” divides by zero."
    assert told["fault"]["es"] == "«{{ 10 | divided_by: n }}» divide entre cero."
    with house.database.read() as session:
        assert session.get_one(Subscriber, told["person"]).email.startswith("ana")
    house.at(house.now + timedelta(hours=2))
    house.tick()
    assert _states(house) == {}
    assert house.sink.received == []


def test_b_26_one_in_a_thousand_harms_only_herself(house: House) -> None:
    people = house.gathers([f"berta{number}@example.net" for number in range(10, 60)])
    with house.database.begin() as session:
        set_values(session, people[25], {"first_name": "Elena"})
    _scheduled(house, f"Hola {BY_ZERO}")
    house.tick()
    assert (_kept(house)["tried"], _kept(house)["failed"]) == (50, 1)
    assert _states(house) == {(State.SENT, None): 49, (State.FAILED, Reason.RENDERING): 1}


def test_b_26_of_many_people_a_hundred_from_all_over_the_list_are_tried(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    people = house.gathers([f"berta{number}@example.net" for number in range(300)])
    seen: list[int] = []
    tried = rehearsing.rehearse

    def watched(rows: Any, *rest: Any, **more: Any) -> Any:
        seen.extend(row.person_key for row in rows)
        return tried(rows, *rest, **more)

    monkeypatch.setattr(rehearsing, "rehearse", watched)
    _scheduled(house, "Hola", minutes=1)
    house.tick(1)
    assert len(seen) == len(set(seen)) == 100
    assert {(number - people[0]) // 30 for number in seen} == set(range(10))
    assert _kept(house) == {"tried": 100, "failed": 0}


def test_b_26_a_tag_that_goes_round_too_often_for_real_readers_is_stopped_and_held(house: House) -> None:
    house.gathers([f"guadalupe{number}@example.net" for number in range(20)])
    _scheduled(house, f"Hola {TOO_LONG}", minutes=1)
    house.tick()
    assert _campaign(house).reason == "does-not-render"
    assert "goes round too often" in _kept(house)["fault"]["en"]


def test_b_26_the_mails_are_made_with_no_transaction_open(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.gathers([f"berta{number}@example.net" for number in range(20)])
    open_ones: list[str] = []
    engine = house.database.engine
    event.listen(engine, "begin", lambda _line: open_ones.append("open"))
    for end in ("commit", "rollback"):
        event.listen(engine, end, lambda _line: open_ones.pop() if open_ones else None)
    seen: list[int] = []
    tried = rehearsing.rehearse
    monkeypatch.setattr(rehearsing, "rehearse", lambda *rest, **more: (seen.append(len(open_ones)), tried(*rest, **more))[1])
    _scheduled(house, "Hola", minutes=1)
    house.tick(1)
    assert seen == [0]


def test_b_26_a_mail_that_cannot_even_be_read_is_held_and_nobody_is_said_to_have_been_tried(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_asked: object) -> None:
        raise RuntimeError("broken on purpose")

    house.gathers([f"berta{number}@example.net" for number in range(20)])
    monkeypatch.setattr(rehearsing, "_batch", broken)
    _scheduled(house, "Hola", minutes=1)
    house.tick(1)
    assert (_campaign(house).state, _campaign(house).reason) == (CampaignState.HELD, "does-not-render")
    assert (_kept(house)["tried"], _kept(house)["failed"]) == (0, 0)
    assert "fault of ours" in _kept(house)["fault"]["en"]


def test_b_26_time_is_bounded_and_what_was_tried_counts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.gathers([f"berta{number}@example.net" for number in range(20)])
    monkeypatch.setattr(rehearsing, "SECONDS", -1.0)
    _scheduled(house, "Hola", minutes=1)
    house.tick(1)
    assert _kept(house) == {"tried": 1, "failed": 0}
    assert _campaign(house).state == CampaignState.SCHEDULED


def test_b_26_a_fault_of_ours_is_held_too_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_rest: object) -> None:
        raise RuntimeError("on purpose")

    house.gathers(["berta@example.net"])
    monkeypatch.setattr(rehearsing, "_batch", broken)
    _scheduled(house, "Hola")
    house.tick()
    assert _campaign(house).reason == "does-not-render"
    assert "a fault of ours" in _kept(house)["fault"]["en"]
    assert _states(house) == {}


def test_b_26_who_saw_the_fault_may_send_it_all_the_same(house: House) -> None:
    house.gathers(["ana10@example.net", "berta1@example.net", "berta2@example.net"])
    _scheduled(house, f"Hola {BY_ZERO}")
    house.tick()
    assert _campaign(house).reason == "does-not-render"
    with house.database.begin() as session:
        assert leave_now(session, session.scalars(select(Campaign)).one(), now=house.now)
    house.tick(4)
    assert _states(house) == {(State.SENT, None): 2, (State.FAILED, Reason.RENDERING): 1}


def test_b_26_taken_back_and_scheduled_again_it_is_tried_again(house: House) -> None:
    house.gathers(["ana10@example.net", "berta1@example.net"])
    _scheduled(house, f"Hola {BY_ZERO}")
    house.tick()
    with house.database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert unschedule(session, campaign)
        assert campaign.rehearsed is None
        assert schedule(session, campaign, wall=None, zone="UTC", now=house.now).reason == "scheduled"
    house.tick()
    assert _campaign(house).reason == "does-not-render"


def test_b_26_an_empty_list_holds_nobody_up(house: House) -> None:
    _scheduled(house, "Hola")
    house.tick()
    assert _kept(house) == {"tried": 0, "failed": 0}
    assert _campaign(house).state == CampaignState.SENT


@given(failed=st.integers(0, 100), tried=st.integers(0, 100))
def test_more_failures_are_never_less_of_a_fault(failed: int, tried: int) -> None:
    tried = max(failed, tried)
    if is_templates_fault(failed, tried):
        assert failed > 0
        assert failed >= tried or is_templates_fault(failed + 1, tried)


@pytest.mark.parametrize(
    ("failed", "tried", "held"),
    [(0, 0, False), (0, 100, False), (1, 100, False), (2, 100, True), (1, 3, True), (1, 20, False), (1, 19, True)],
)
def test_one_of_a_hundred_is_chance_and_two_are_not(failed: int, tried: int, held: bool) -> None:
    assert is_templates_fault(failed, tried) is held
