"""Who asks is whom the connection names; what a header says counts only behind proxies of ours."""

from dataclasses import replace

import pytest

from mailflow.audience.models import PublicTry
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from preference_center import create_app
from tests.public.public_door import Clock, Door


def networks(door: Door, database: Database, settings: Settings, ring: Ring, clock: Clock, trusted: int) -> int:
    """From how many networks four sign-ups with four forged headers seem to come."""
    told = replace(settings, trusted_proxies=trusted)
    behind = Door(create_app(database, told, ring, clock=clock), database, ring, clock)
    for number in range(4):
        behind.browser.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.{number}.0.1, 203.0.113.7"
        assert behind.signs_up(f"p{number}@example.net").status_code == 303
    return len({one.network for one in door.rows(PublicTry)})


@pytest.mark.parametrize(("trusted", "seen"), [(0, 1), (1, 1), (2, 4)])
def test_s_50_a_forged_address_counts_only_as_far_as_our_proxies_reach(
    door: Door, database: Database, settings: Settings, ring: Ring, clock: Clock, trusted: int, seen: int
) -> None:
    assert networks(door, database, settings, ring, clock, trusted) == seen
