"""Writing down who gets a campaign, slice by slice: everybody once, and each slice as cheap as the last, however many people there are."""
# ruff: noqa: F811  # the house is the campaigns' own

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from mailflow.audience.models import Subscription
from mailflow.campaigns import launch
from mailflow.campaigns.models import Campaign
from mailflow.foundation.database import Database
from mailflow.outbox.models import Message
from tests.campaigns.test_a_campaign import _draft, _schedule, house  # noqa: F401
from tests.house import House

SPANISH = {"all": [{"language": "es"}]}


def _begun(house: House, segment: dict[str, object] | None = None) -> int:
    campaign = _draft(house, segment=segment)
    _schedule(house, campaign)
    with house.database.begin() as session:
        row = session.get_one(Campaign, campaign)
        launch.open_campaign(session, row, now=house.now)
        assert launch.start(session, row, now=house.now)
    return campaign


def _leave(database: Database, people: list[int], days_ago: int, now: datetime) -> None:
    left = {"state": "left", "left_at": now - timedelta(days=days_ago)}
    with database.begin() as session:
        session.execute(update(Subscription).where(Subscription.subscriber_id.in_(people)).values(left))


def _slice(house: House, campaign: int) -> tuple[bool, int]:
    """Whether it was the last, and the work of it in steps of SQLite's machine (hundreds)."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with house.database.begin() as session:
        raw = session.connection().connection.dbapi_connection
        if house.database.url.startswith("sqlite"):
            raw.set_progress_handler(count, 100)  # type: ignore[union-attr]
        done = launch.freeze_slice(session, session.get_one(Campaign, campaign), now=house.now)
        if house.database.url.startswith("sqlite"):
            raw.set_progress_handler(None, 0)  # type: ignore[union-attr]
    return done, steps


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_whoever_is_confirmed_or_left_lately_has_one_row_in_whatever_slices(
    house: House, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(launch, "SLICE", size)
    people = house.gathers([f"ana{number}@example.net" for number in range(20)])
    lately, long_ago = [people[0], people[7], people[8], people[19]], [people[3], people[9], people[18]]
    _leave(house.database, lately, 3, house.now)
    _leave(house.database, long_ago, 90, house.now)
    campaign = _begun(house)
    while not _slice(house, campaign)[0]:
        pass
    with house.database.read() as session:
        rows = session.execute(select(Message.person_key, Message.reason).where(Message.list_id.is_not(None))).all()
    assert sorted(person for person, _ in rows) == sorted(set(people) - set(long_ago))
    assert sorted(person for person, reason in rows if reason == "left") == sorted(lately)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("segment", [None, SPANISH])
def test_a_slice_of_a_large_list_is_as_cheap_as_of_a_small_one(
    house: House, monkeypatch: pytest.MonkeyPatch, segment: dict[str, object] | None
) -> None:
    monkeypatch.setattr(launch, "SLICE", 20)
    house.gathers([f"ana{number}@example.net" for number in range(60)])
    _, small = _slice(house, _begun(house, segment))
    people = house.gathers([f"eva{number}@example.net" for number in range(3_000)])
    _leave(house.database, people[1_000:2_000], 90, house.now)
    _, large = _slice(house, _begun(house, segment))
    assert large <= small * 1.5 + 2
