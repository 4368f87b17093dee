"""A government changes when the clocks change: what waits for an hour of the clock waits for that hour, and it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from mailflow.campaigns import clocks, launch
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.schedule import leave_now
from mailflow.scheduler.hours import find_hours_again
from tests.campaigns.test_a_campaign import _draft, _schedule, house
from tests.foundation.test_zones import Computer, computer
from tests.house import House

__all__ = ["computer", "house"]
TEN = datetime(2026, 11, 27, 10, 0)
BEFORE, AFTER = datetime(2026, 11, 27, 9, 0, tzinfo=UTC), datetime(2026, 11, 27, 10, 0, tzinfo=UTC)


@pytest.fixture
def planned(house: House, computer: Computer) -> int:
    """Bruno plans for ten in Madrid by old data, an hour ahead of UTC."""
    computer.updates("2090a")
    campaign = _draft(house)
    assert _schedule(house, campaign, TEN) == "scheduled"
    return campaign


def _campaign(house: House, campaign_id: int) -> Campaign:
    with house.database.read() as session:
        return session.get_one(Campaign, campaign_id)


def _again(house: House) -> int:
    return find_hours_again(house.database, house.settings)


def test_it_leaves_at_its_hour_by_the_new_rules_and_says_that_it_moved(house: House, computer: Computer, planned: int) -> None:
    assert (_campaign(house, planned).due_at, _campaign(house, planned).zone_data) == (BEFORE, "2090a")
    computer.updates("2091a", madrid="Europe/London")
    assert _again(house) == 1
    moved = _campaign(house, planned)
    assert (moved.due_at, moved.moved_from, moved.zone_data, moved.wall_time) == (AFTER, BEFORE, "2091a", "2026-11-27T10:00")
    assert _again(house) == 0


def test_new_data_that_change_nothing_here_are_only_noted(house: House, computer: Computer, planned: int) -> None:
    computer.updates("2091a")
    assert _again(house) == 0
    campaign = _campaign(house, planned)
    assert (campaign.due_at, campaign.moved_from, campaign.zone_data) == (BEFORE, None, "2091a")


def test_older_data_of_another_computer_change_nothing(house: House, computer: Computer, planned: int) -> None:
    computer.updates("2089a", madrid="Europe/London")
    assert _again(house) == 0
    assert _campaign(house, planned).due_at == BEFORE


def test_what_was_to_leave_at_once_or_has_begun_is_never_moved(house: House, computer: Computer, planned: int) -> None:
    begun = _draft(house)
    _schedule(house, begun, TEN)
    with house.database.begin() as session:
        assert leave_now(session, session.get_one(Campaign, planned), now=house.now)
        campaign = session.get_one(Campaign, begun)
        launch.open_campaign(session, campaign, now=house.now)
        assert launch.start(session, campaign, now=house.now)
        assert not clocks.find_again(session, campaign, "2091a")
    computer.updates("2091a", madrid="Europe/London")
    assert _again(house) == 0
    assert _campaign(house, planned).due_at == house.now
    assert _campaign(house, begun).due_at == BEFORE


def test_found_after_a_night_without_power_it_leaves_by_the_new_rules(house: House, computer: Computer, planned: int) -> None:
    """The update came while nothing ran: at half past nine by the old rules it is not yet due by the new ones."""
    computer.updates("2091a", madrid="Europe/London")
    house.joins("ana@example.net")
    house.at(BEFORE + timedelta(minutes=30))
    house.tick(2)
    assert _campaign(house, planned).state == "scheduled"
    house.at(AFTER)
    house.tick(3)
    assert _campaign(house, planned).state == "sent"
