"""Trying a campaign on a hundred of its own readers before it leaves: read, make their mails with no transaction open, write down."""

import logging
import random
import time
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.rehearsal import note_rehearsal, people_from, span
from mailflow.content.faults import fault
from mailflow.delivery.letters import Press
from mailflow.delivery.rehearsal import Rehearsed, Trial, rehearse, rows_for
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Mailing

SAMPLE = 100
PLACES = 10
"""From so many places of the list a share of the sample is taken: people who came together are alike."""
SECONDS = 0.5
"""After so long no further mail is begun; one takes at most what Liquid's limits let it. The clock has nobody else meanwhile."""
_log = logging.getLogger(__name__)


def rehearse_once(database: Database, settings: Settings, campaign_id: int, *, now: datetime) -> bool:
    """Whether the campaign may go: True, and nothing is done, where it was rehearsed already."""
    with database.read() as session:
        if session.get_one(Campaign, campaign_id).rehearsed is not None:
            return True
    told = _told(_rehearsed(database, settings, campaign_id, now=now))
    with database.begin() as session:
        return note_rehearsal(session, session.get_one(Campaign, campaign_id), told)


def _rehearsed(database: Database, settings: Settings, campaign_id: int, *, now: datetime) -> Rehearsed | None:
    """What it showed; None where even reading what mails say failed, as it would for the sender."""
    until, ring, press = time.monotonic() + SECONDS, open_ring(database, settings), Press()
    try:
        with database.read() as session:
            campaign = session.get_one(Campaign, campaign_id)
            rows = rows_for(session.get_one(Mailing, campaign.mailing_id), _sample(session, campaign, until, now=now))
            batch = _batch(session, rows, press, ring, settings) if rows else None
    except OperationalError:
        raise
    except Exception:
        _log.exception("what campaign %d says could not be read", campaign_id)
        return None
    return rehearse(rows, batch, press, ring=ring, now=now, in_time=lambda: time.monotonic() < until) if batch else Rehearsed(0)


def _batch(session: Session, rows: Any, press: Press, ring: Ring, settings: Settings) -> Trial:
    return Trial(session, rows, press=press, mint=ring.mint, public_url=settings.public_url)


def _sample(session: Session, campaign: Campaign, until: float, *, now: datetime) -> list[tuple[int, str]]:
    """Everybody of a small list; of a large one people from all over it, as far as there is time to look for them."""
    found = dict(people_from(session, campaign, 0, most=SAMPLE + 1, now=now))
    if len(found) <= SAMPLE:
        return list(found.items())
    low, high = span(session, campaign)
    chosen: dict[int, str] = {}
    for place in range(PLACES):
        if time.monotonic() > until - SECONDS / 2:
            break
        number = low + int((high - low) * (place + random.random()) / PLACES)  # noqa: S311  # anybody will do
        chosen |= people_from(session, campaign, number, most=SAMPLE // PLACES, now=now)
    return list((chosen | found).items())[:SAMPLE]


def _told(found: Rehearsed | None) -> dict[str, Any]:
    if found is None:
        return {"tried": 0, "failed": 0, "person": None, "fault": fault("not-made", "").message, "where": "", "fields": []}
    if found.blame is None:
        return {"tried": found.tried, "failed": 0}
    what = found.blame.fault
    about = {"fault": what.message, "where": what.where, "fields": list(found.blame.fields)}
    return {"tried": found.tried, "failed": found.failed, "person": found.person, **about}
