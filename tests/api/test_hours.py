"""A program decides about a campaign that waits: at once, at another hour, or never; and is told whose clocks it waits for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mailflow.campaigns.models import Campaign
from mailflow.foundation.accounts import SCOPES
from tests.api.test_campaigns import Program, program
from tests.campaigns.test_a_campaign import _draft, _schedule, house
from tests.house import House

__all__ = ["house"]
ONE = "/v1/campaigns/1"
ANOTHER = {"wall_time": "2026-12-01T10:00", "zone": "America/New_York"}


@pytest.fixture
def shop(house: House) -> Iterator[Program]:
    """Ana is in the list, and a campaign is planned for ten in Madrid."""
    house.joins("ana@example.net")
    assert _schedule(house, _draft(house), datetime(2026, 11, 22, 10, 0)) == "scheduled"
    return program(house, *SCOPES)


@pytest.fixture
def held(house: House, shop: Program) -> Program:
    """Nothing ran for two days."""
    house.at(house.now + timedelta(days=3))
    house.tick(2)
    told = shop.asks(ONE).json
    assert (told["state"], told["reason"]) == ("held", "missed")
    return shop


def _got(house: House) -> int:
    return len([mail for mail in house.sink.messages_to("ana@example.net") if mail["Subject"] == "La mesa de otoño"])


def test_an_hour_is_told_with_its_offset_and_its_zone(shop: Program, house: House) -> None:
    told = shop.asks(ONE).json
    assert (told["leaves"], told["zone"], told["due_at"]) == ("2026-11-22T10:00:00+01:00", "Europe/Madrid", "2026-11-22T09:00:00Z")
    assert told["moved_from"] is None
    with house.database.begin() as session:
        session.get_one(Campaign, 1).moved_from = datetime.fromisoformat("2026-11-22T08:00:00+00:00")
    assert shop.asks(ONE).json["moved_from"] == "2026-11-22T08:00:00Z"


def test_b_05_what_was_missed_is_sent_now(held: Program, house: House) -> None:
    assert held.posts(f"{ONE}/send-now").json["state"] == "scheduled"
    house.tick(4)
    assert (held.asks(ONE).json["state"], _got(house)) == ("sent", 1)
    assert held.posts(f"{ONE}/send-now").status_code == 409


def test_b_05_what_was_missed_gets_another_hour(held: Program, house: House) -> None:
    told = held.posts(f"{ONE}/schedule", json=ANOTHER).json
    assert (told["state"], told["reason"], told["leaves"]) == ("scheduled", None, "2026-12-01T10:00:00-05:00")
    house.at(datetime.fromisoformat("2026-12-01T15:00:00+00:00"))
    house.tick(4)
    assert _got(house) == 1
    assert held.posts(f"{ONE}/schedule", json=ANOTHER).status_code == 409


def test_b_05_what_was_missed_is_cancelled(held: Program, house: House) -> None:
    assert held.posts(f"{ONE}/cancel").json["state"] == "cancelled"
    house.tick(4)
    assert _got(house) == 0
    assert held.posts(f"{ONE}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (ANOTHER | {"wall_time": "2026-11-20T10:00"}, 422),
        (ANOTHER | {"wall_time": "0001-01-01T00:00"}, 422),
        (ANOTHER | {"wall_time": "9999-12-31T23:59"}, 422),
        (ANOTHER | {"wall_time": "2026-02-30T10:00"}, 422),
        (ANOTHER | {"zone": "Europe/Nowhere"}, 422),
        (ANOTHER | {"zone": "../../etc/passwd"}, 422),
        (ANOTHER | {"wall_time": "tomorrow"}, 400),
        (ANOTHER | {"wall_time": "2026-12-01T10:00+01:00"}, 400),
        ({"wall_time": "2026-12-01T10:00"}, 400),
        (ANOTHER | {"at": 1}, 400),
    ],
)
def test_an_hour_that_cannot_be_is_refused_and_nothing_is_changed(shop: Program, asked: dict[str, object], status: int) -> None:
    before = shop.asks(ONE).json
    answer = shop.posts(f"{ONE}/schedule", json=asked)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert shop.asks(ONE).json == before


def test_an_hour_is_json_of_a_campaign_that_is_there_by_a_key_that_may(shop: Program, house: House) -> None:
    assert shop.posts(f"{ONE}/schedule", data=b"x", content_type="text/plain").status_code == 415
    assert shop.posts("/v1/campaigns/99/schedule", json=ANOTHER).status_code == 404
    looks = program(house, "campaigns:read")
    assert {looks.posts(f"{ONE}/{word}", json=ANOTHER).status_code for word in ("send-now", "schedule", "cancel")} == {403}
    assert shop.asks(ONE).json["state"] == "scheduled"
