"""A fault met while one campaign is made ready is that campaign's alone: the others leave at their hour."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from mailflow.campaigns.models import Campaign
from mailflow.delivery.rehearsal import Trial
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.scheduler import jobs
from tests.campaigns.test_a_campaign import _draft, _schedule
from tests.house import House
from tests.sink import Sink


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: object) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)  # type: ignore[arg-type]


@pytest.fixture
def two(house: House) -> list[int]:
    house.joins("ana@example.net")
    campaigns = [_draft(house, subject="La primera"), _draft(house, subject="La segunda")]
    for campaign in campaigns:
        assert _schedule(house, campaign) == "scheduled"
    return campaigns


def test_the_second_leaves_although_the_first_cannot_be_made_ready(house: House, two: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    really = jobs.rehearse_once

    def broken(database: Database, settings: Settings, campaign_id: int, **rest: object) -> bool:
        if campaign_id == two[0]:
            raise RuntimeError("on purpose")
        return really(database, settings, campaign_id, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "rehearse_once", broken)
    house.tick(4)
    assert [mail["Subject"] for mail in house.sink.messages_to("ana@example.net")].count("La segunda") == 1


def test_one_whose_readers_facts_cannot_be_had_is_held_and_not_tried_for_ever(
    house: House, two: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> dict[str, object]:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(Trial, "facts", broken)
    house.tick(2)
    with house.database.read() as session:
        assert {row.state for row in session.scalars(select(Campaign).where(Campaign.id.in_(two)))} == {"held"}
