"""What the clock asks for each second: launch what is due, go on with sequences, post notices. Each job owns its transactions."""

import logging
from collections.abc import Callable

from mailflow.campaigns import control, launch
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import campaigns
from mailflow.campaigns.words import CampaignState
from mailflow.content.words import CompileError
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.scheduler.compiling import ensure_compiled
from mailflow.sequences.advance import advance_due
from mailflow.sequences.enrol import enrol_confirmed, enrol_quiet
from mailflow.sequences.notices import post_notices

_SLICES_A_TICK = 10
_log = logging.getLogger(__name__)


def launch_due(database: Database, settings: Settings) -> int:
    """Start the campaigns whose hour has come; how many."""
    now = utc_now()
    with database.read() as session:
        waiting = [campaign.id for campaign in launch.due(session, now=now)]
    return sum(_launch(database, settings, campaign_id) for campaign_id in waiting)


def _launch(database: Database, settings: Settings, campaign_id: int) -> bool:
    """Open it, compile it with no transaction open, start it; one that does not compile is held with its reason."""
    now = utc_now()
    with database.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        if launch.hold_if_missed(session, campaign, now=now):
            return False
        mailing = launch.open_campaign(session, campaign, now=now)
        mailing_id, written = mailing.id, mailing.language or ""
    try:
        ensure_compiled(database, settings, mailing_id, written, now=now)
    except CompileError:
        _log.warning("campaign %d is held: its mail does not compile", campaign_id)
        with database.begin() as session:
            launch.hold(session, session.get_one(Campaign, campaign_id), "does-not-compile")
        return False
    with database.begin() as session:
        return launch.start(session, session.get_one(Campaign, campaign_id), now=now)


def freeze_begun(database: Database, _settings: Settings) -> int:
    """Write down the people of campaigns that have begun, slice by slice; what is left waits for the next tick, so that
    confirmations and steps keep their turn."""
    with database.read() as session:
        begun = [campaign.id for campaign in launch.freezing(session)]
    for campaign_id in begun:
        for _ in range(_SLICES_A_TICK):
            with database.begin() as session:
                if launch.freeze_slice(session, session.get_one(Campaign, campaign_id), now=utc_now()):
                    break
    return len(begun)


def finish_sent(database: Database, _settings: Settings) -> int:
    """Mark campaigns as sent once their rows say so."""
    with database.read() as session:
        going = [campaign.id for campaign in campaigns(session, (CampaignState.SENDING,))]
    done = 0
    for campaign_id in going:
        with database.begin() as session:
            done += launch.finish(session, session.get_one(Campaign, campaign_id), now=utc_now())
    return done


def skip_cancelled(database: Database, _settings: Settings) -> int:
    """Tell those who waited for a campaign that was cancelled meanwhile, slice by slice."""
    with database.read() as session:
        cancelled = [campaign.id for campaign in control.cancelled_waiting(session)]
    for campaign_id in cancelled:
        for _ in range(_SLICES_A_TICK):
            with database.begin() as session:
                if not control.skip_rest(session, session.get_one(Campaign, campaign_id)):
                    break
    return len(cancelled)


def post(database: Database, _settings: Settings) -> int:
    """Put confirmation and link mails asked for into the outbox."""
    with database.begin() as session:
        return post_notices(session, now=utc_now())


def enrol(database: Database, _settings: Settings) -> int:
    """Bring newly confirmed people into the sequences that want them."""
    with database.begin() as session:
        return enrol_confirmed(session, now=utc_now())


def enrol_the_quiet(database: Database, _settings: Settings) -> int:
    """Bring in people who have been quiet for long: a slice of the audience at a time, then an hour's rest."""
    with database.begin() as session:
        return enrol_quiet(session, now=utc_now())


def advance(database: Database, _settings: Settings) -> int:
    """Do the sequence steps that are due."""
    with database.begin() as session:
        return advance_due(session, now=utc_now())


Job = Callable[[Database, Settings], int]
EVERY_SECOND: tuple[Job, ...] = (post, enrol, advance, launch_due, freeze_begun, finish_sent, skip_cancelled, enrol_the_quiet)
