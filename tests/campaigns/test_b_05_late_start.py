"""B-05: nothing ran when a campaign's hour came. A little late it leaves; very late it waits for a person, and says so."""

from datetime import datetime, timedelta

import pytest

from mailflow.campaigns import control
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.schedule import leave_now, schedule, unschedule
from mailflow.campaigns.words import CampaignState
from tests.campaigns.test_a_campaign import _draft, _schedule, _state, house
from tests.house import House

__all__ = ["house"]
DUE = datetime.fromisoformat("2026-11-22T09:00:00+00:00")
LATE = {"10 s": timedelta(seconds=10), "59 min": timedelta(minutes=59), "61 min": timedelta(minutes=61), "2 d": timedelta(days=2)}


@pytest.fixture
def planned(house: House) -> int:
    """Ana is in the list; Bruno planned a campaign for ten in Madrid, and then the computer went down."""
    house.joins("ana@example.net")
    house.tick(2)
    campaign = _draft(house)
    assert _schedule(house, campaign, datetime(2026, 11, 22, 10, 0)) == "scheduled"
    return campaign


def _got(house: House) -> int:
    return len([mail for mail in house.sink.messages_to("ana@example.net") if mail["Subject"] == "La mesa de otoño"])


@pytest.mark.parametrize("late", LATE)
def test_b_05_a_little_late_it_leaves_very_late_it_is_held(house: House, planned: int, late: str) -> None:
    house.at(DUE + LATE[late])
    house.tick(4)
    sent = LATE[late] <= timedelta(minutes=60)
    assert _state(house, planned) == (CampaignState.SENT if sent else CampaignState.HELD)
    assert _got(house) == sent
    with house.database.read() as session:
        assert session.get_one(Campaign, planned).reason == (None if sent else "missed")


@pytest.mark.parametrize("decision", ["send now", "another hour", "cancel"])
def test_b_05_what_was_held_waits_for_a_person_and_does_what_she_says(house: House, planned: int, decision: str) -> None:
    house.at(DUE + timedelta(days=2))
    house.tick(2)
    with house.database.begin() as session:
        campaign = session.get_one(Campaign, planned)
        if decision == "send now":
            assert leave_now(session, campaign, now=house.now)
        elif decision == "cancel":
            assert control.cancel(session, campaign, now=house.now)
        else:
            assert unschedule(session, campaign)
            wall = datetime(2026, 11, 25, 10, 0)
            assert schedule(session, campaign, wall=wall, zone="Europe/Madrid", now=house.now).reason == "scheduled"
    house.tick(4)
    assert _got(house) == (decision == "send now")
    house.at(DUE + timedelta(days=3))
    house.tick(4)
    assert _got(house) == (decision != "cancel")


def test_b_05_how_late_it_may_be_is_a_setting(house: House, planned: int) -> None:
    object.__setattr__(house.settings, "late_minutes", 15)
    house.at(DUE + timedelta(minutes=16))
    house.tick(2)
    assert _state(house, planned) == CampaignState.HELD


def test_b_07_what_a_clock_ahead_held_waits_for_its_hour_again_once_the_clock_is_right(house: House, planned: int) -> None:
    house.at(DUE + timedelta(days=1))
    house.tick(1)
    assert _state(house, planned) == CampaignState.HELD
    house.at(DUE - timedelta(hours=1))
    house.tick(1)
    assert _state(house, planned) == CampaignState.SCHEDULED
    house.at(DUE)
    house.tick(4)
    assert _got(house) == 1
