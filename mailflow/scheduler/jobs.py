"""What the clock asks for each second: launch what is due, go on with sequences, post notices. Each job owns its transactions."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from operator import itemgetter

from sqlalchemy.exc import OperationalError

from mailflow.audience.finding.index import anybody_due, index_due
from mailflow.audience.importing import forgetting
from mailflow.campaigns import launch
from mailflow.campaigns.brake import brake, lately
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import campaigns
from mailflow.campaigns.rules import brake_for
from mailflow.campaigns.words import CampaignState
from mailflow.content.words import CompileError
from mailflow.delivery.results import results_of
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.scheduler.chunks import ADVANCE, ENROL, FREEZE, IMPORT, LOOK, SKIP, Chunks, work_off
from mailflow.scheduler.compiling import ensure_compiled
from mailflow.scheduler.hours import find_hours_again, give_hours_back
from mailflow.scheduler.rehearsing import rehearse_once
from mailflow.scheduler.summing import read_on
from mailflow.sequences.notices import post_notices

_TICK = timedelta(seconds=1)
_PREPARING_SECONDS = 0.3
_SUMMING_SECONDS = 0.3
_log = logging.getLogger(__name__)


def prepare_soon(database: Database, settings: Settings) -> int:
    """Compile the mails of campaigns whose hour is near; how many were looked at."""
    now = utc_now()
    with database.read() as session:
        near = [campaign.id for campaign in launch.soon(session, now=now)]
    began = time.monotonic()
    for campaign_id in near:
        with _each_on_its_own(campaign_id):
            _make_ready(database, settings, campaign_id, now=now)
        if time.monotonic() - began > _PREPARING_SECONDS:  # the clock has more to do; the others' turn is at the next tick
            break
    return len(near)


def launch_due(database: Database, settings: Settings) -> int:
    """Start the campaigns whose hour has come, or comes before the next tick: that one's instant is waited for. How many."""
    with database.read() as session:
        waiting = [(campaign.id, campaign.due_at or utc_now()) for campaign in launch.due(session, now=utc_now() + _TICK)]
    started = 0
    for campaign_id, due_at in sorted(waiting, key=itemgetter(1)):
        time.sleep(min(max((due_at - utc_now()).total_seconds(), 0.0), _TICK.total_seconds()))
        with _each_on_its_own(campaign_id):
            started += _launch(database, settings, campaign_id)
    return started


@contextmanager
def _each_on_its_own(campaign_id: int) -> Iterator[None]:
    """One campaign's fault keeps no other from its hour; where the database itself does not answer, the tick ends."""
    try:
        yield
    except OperationalError:
        raise
    except Exception:
        _log.exception("campaign %d could not be made ready; it is tried again at the next tick", campaign_id)


def _launch(database: Database, settings: Settings, campaign_id: int) -> bool:
    now = utc_now()
    with database.begin() as session:
        if launch.hold_if_missed(session, session.get_one(Campaign, campaign_id), now=now, grace=timedelta(minutes=settings.late_minutes)):
            return False
    if not _make_ready(database, settings, campaign_id, now=now):
        return False
    with database.begin() as session:
        if not launch.start(session, session.get_one(Campaign, campaign_id), now=now):
            return False
    work_off(
        database, settings, FREEZE, [campaign_id], seconds=0, breathes=False
    )  # the first people at once, whoever writes down the others
    return True


def _make_ready(database: Database, settings: Settings, campaign_id: int, *, now: datetime) -> bool:
    """Open its mailing, compile it and try it on some readers, with no transaction open; one that fails is held with its reason."""
    with database.begin() as session:
        mailing = launch.open_campaign(session, session.get_one(Campaign, campaign_id), now=now)
        mailing_id, written = mailing.id, mailing.language or ""
    try:
        ensure_compiled(database, settings, mailing_id, written, now=now)
    except CompileError:
        _log.warning("campaign %d is held: its mail does not compile", campaign_id)
        with database.begin() as session:
            launch.hold(session, session.get_one(Campaign, campaign_id), "does-not-compile")
        return False
    return rehearse_once(database, settings, campaign_id, now=now)


def freeze_begun(database: Database, settings: Settings) -> int:
    """Write down the people of campaigns that have begun."""
    return _by_ourselves(database, settings, FREEZE)


def finish_sent(database: Database, _settings: Settings) -> int:
    """Mark campaigns as sent once their rows say so."""
    with database.read() as session:
        going = [campaign.id for campaign in campaigns(session, (CampaignState.SENDING,))]
    done = 0
    for campaign_id in going:
        with database.begin() as session:
            done += launch.finish(session, session.get_one(Campaign, campaign_id), now=utc_now())
    return done


def brake_harmful(database: Database, _settings: Settings) -> int:
    """Pause the campaigns whose results would cost the sender's good name; how many."""
    braked = 0
    with database.read() as session:
        now = utc_now()
        found = [(one, results_of(session, one, now=now)) for one in campaigns(session, (CampaignState.SENDING,))]
    for campaign_id, results in [(one.id, results) for one, results in found if brake_for(lately(one, results))]:
        with database.begin() as session:
            why = brake(session, session.get_one(Campaign, campaign_id), results, now=now)
        if why:
            _log.warning("campaign %d is paused: too many %s", campaign_id, why)
            braked += 1
    return braked


def skip_cancelled(database: Database, settings: Settings) -> int:
    """Tell those who waited for a campaign that was cancelled meanwhile."""
    return _by_ourselves(database, settings, SKIP)


def post(database: Database, _settings: Settings) -> int:
    """Put confirmation and link mails asked for into the outbox."""
    with database.begin() as session:
        return post_notices(session, now=utc_now())


def enrol(database: Database, settings: Settings) -> int:
    """Bring newly confirmed people into the sequences that want them."""
    return _by_ourselves(database, settings, ENROL)


def enrol_the_quiet(database: Database, settings: Settings) -> int:
    """Bring in people who have been quiet for long: a slice of the audience at a time, then an hour's rest."""
    return _by_ourselves(database, settings, LOOK)


def advance(database: Database, settings: Settings) -> int:
    """Do the sequence steps that are due."""
    return _by_ourselves(database, settings, ADVANCE)


def sum_up(database: Database, _settings: Settings) -> int:
    """Count those again of whom the ledger tells something new, so that segments know; how many lots."""
    return read_on(database, seconds=_SUMMING_SECONDS, breathes=True)


def make_findable(database: Database, _settings: Settings) -> int:
    """Write the words by which people who were changed many at once are found; how many people. It breathes as chunked work does."""
    people, until = 0, time.monotonic() + _SUMMING_SECONDS
    while time.monotonic() < until:
        began = time.monotonic()
        with database.read() as session:
            if not anybody_due(session):
                break
        with database.begin() as session:
            people += index_due(session)
        time.sleep(time.monotonic() - began)
    return people


def bring_in(database: Database, settings: Settings) -> int:
    """Keep, try out, carry in or take back the next blocks of imports."""
    return _by_ourselves(database, settings, IMPORT)


def forget_imports(database: Database, settings: Settings) -> int:
    """Delete some of the rows of imports that ended so many days ago; of how many there were any."""
    with database.read() as session:
        old = forgetting.due(session, now=utc_now(), days=settings.import_days)
    for number in old:
        with database.begin() as session:
            forgetting.forget_some(session, number, now=utc_now())
    return len(old)


def _by_ourselves(database: Database, settings: Settings, chunks: Chunks) -> int:
    """As many slices as one tick has time for; for how many some waited."""
    with database.read() as session:
        whose = chunks.waiting(session, utc_now())
    work_off(database, settings, chunks, whose, seconds=chunks.seconds, breathes=True)
    return len(whose)


Job = Callable[[Database, Settings], int]
EVERY_SECOND: tuple[Job, ...] = (
    find_hours_again, give_hours_back, post, enrol, advance, sum_up, make_findable, launch_due, freeze_begun, prepare_soon, brake_harmful,
    finish_sent, skip_cancelled, enrol_the_quiet, bring_in, forget_imports,
)  # fmt: skip
CHUNKED: Mapping[Job, Chunks] = {
    freeze_begun: FREEZE, skip_cancelled: SKIP, enrol: ENROL, enrol_the_quiet: LOOK, advance: ADVANCE, bring_in: IMPORT,
}  # fmt: skip
"""Those of them that may be others' work as well."""
