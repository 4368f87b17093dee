"""B-06: campaigns at all the hours that clocks skip or show twice, in eight places: each starts once, at its very instant."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import List
from mailflow.campaigns import draft, launch
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.schedule import schedule
from mailflow.content.models import Newsletter
from mailflow.foundation.database import Database
from tests.foundation.changes import TIMES, ZONES, changes, slowly

CASES = [(zone, datetime.combine(day.date(), at)) for zone in ZONES for day in changes(zone) for at in TIMES]
SECOND = timedelta(seconds=1)


@pytest.fixture
def planned(database: Database, now: datetime) -> dict[int, datetime]:
    """When each campaign is to leave, found slowly."""
    with database.begin() as session:
        first_start(session, now=now)
        target = session.scalars(select(List.id)).one()
        facts = {"template": "newsletter", "language": "es", "subject": "Otoño", "slots": {}, "created_at": now, "changed_at": now}
        session.execute(insert(Newsletter), [{"name": "Otoño", **facts}])
        letter = session.scalars(select(Newsletter.id)).one()
        found = {}
        for zone, wall in CASES:
            campaign = draft.create(session, name=f"{zone} {wall}", now=now, list_id=target, newsletter_id=letter)
            outcome = schedule(session, campaign, wall=wall, zone=zone, now=now)
            assert outcome.due_at == slowly(wall, zone), campaign.name
            found[campaign.id] = slowly(wall, zone)
        return found


def test_b_06_each_campaign_starts_once_at_its_instant(database: Database, planned: dict[int, datetime]) -> None:
    assert len(planned) == 8 * 2 * 7
    started: dict[int, datetime] = {}
    with database.begin() as session:
        for now in sorted({moment for due in planned.values() for moment in (due - SECOND, due, due + SECOND)}):
            for campaign in launch.due(session, now=now):
                launch.open_campaign(session, campaign, now=now)
                assert not launch.hold_if_missed(session, campaign, now=now)
                assert launch.start(session, campaign, now=now)
                assert not launch.start(session, campaign, now=now)
                assert campaign.id not in started
                started[campaign.id] = now
        assert set(session.scalars(select(Campaign.state))) == {"sending"}
    assert started == planned
