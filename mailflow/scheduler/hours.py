"""Hours kept true: found again where the rules of clocks were changed, and given back where a clock had been ahead."""

import logging

from mailflow.campaigns import clocks as campaign_clocks
from mailflow.campaigns import launch
from mailflow.campaigns.models import Campaign
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.foundation.zones import zone_data
from mailflow.sequences import clocks as sequence_clocks
from mailflow.sequences.models import Sequence

_log = logging.getLogger(__name__)


def find_hours_again(database: Database, _settings: Settings) -> int:
    """Let everything that waits for an hour of a clock wait for it by the newest zone data; how many campaigns moved."""
    version = zone_data()
    with database.read() as session:
        campaigns = [campaign.id for campaign in campaign_clocks.found_by_older_data(session, version)]
        sequences = [sequence.id for sequence in sequence_clocks.found_otherwise(session, version)]
    moved = 0
    for campaign_id in campaigns:
        with database.begin() as session:
            if campaign_clocks.find_again(session, session.get_one(Campaign, campaign_id), version):
                moved += 1
                _log.warning("campaign %d leaves at another instant: the rules of its place's clocks were changed", campaign_id)
    for sequence_id in sequences:
        _walk(database, sequence_id, version)
    return moved


def _walk(database: Database, sequence_id: int, version: str) -> None:
    after: int | None = 0
    while after is not None:
        with database.begin() as session:
            sequence = session.get_one(Sequence, sequence_id)
            after = sequence_clocks.find_again(session, sequence, version, after=after, now=utc_now())


def give_hours_back(database: Database, _settings: Settings) -> int:
    """Schedule campaigns again that were held as missed by a clock that was ahead, and whose hour is still to come; how many."""
    with database.read() as session:
        too_soon = [campaign.id for campaign in launch.held_too_soon(session, now=utc_now())]
    given = 0
    for campaign_id in too_soon:
        with database.begin() as session:
            given += launch.give_back(session, session.get_one(Campaign, campaign_id))
    return given
