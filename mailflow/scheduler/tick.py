"""APScheduler as the tick and nothing else: due times live in our own tables."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.scheduler.jobs import EVERY_SECOND, Job
from mailflow.scheduler.leadership import Leadership, leadership
from mailflow.scheduler.standing import Standing, may_act

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 0.2
"""How often one that waits looks whether the leader is gone, and one that leads whether the clock was set back."""
_PAUSE = timedelta(seconds=1)
Share = Callable[[Job], Job]
"""Has what comes in chunks done by all schedulers instead of by one."""


class Tick(BaseTrigger):  # type: ignore[misc]  # APScheduler tells no types
    """A second from now, whatever the clock showed before: set a month ahead, APScheduler's own interval lists 2.6 million ticks."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:  # noqa: ARG002  # APScheduler's names
        """The next tick."""
        return now + _PAUSE


def run_jobs(jobs: tuple[Job, ...], database: Database, settings: Settings) -> None:
    """Each job in turn; one that fails is logged and does not keep the others from their turn."""
    for job in jobs:
        try:
            job(database, settings)
        except Exception:
            _log.exception("the job %s failed; it is tried again at the next tick", job.__name__)


def run_scheduler(database: Database, settings: Settings) -> None:
    """Tick until SIGTERM or SIGINT, whenever this one leads."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with closing(leadership(database, settings)) as ours, _shared(database, settings, stop) as share:
        while not stop.is_set():
            if ours.leads():
                _log.info("this scheduler leads")
                _lead(ours, database, settings, stop, share)
            stop.wait(_RETRY_SECONDS)


@contextmanager
def _shared(database: Database, settings: Settings, stop: threading.Event) -> Iterator[Share]:
    """Who does what comes in chunks: all schedulers of a PostgreSQL where Procrastinate is installed, else the clock by itself."""
    crew = None
    if not database.url.startswith("sqlite"):
        try:
            from mailflow.scheduler.crew import Crew  # noqa: PLC0415  # Procrastinate is installed where many share the work

            crew = Crew.of(database, settings, stop)
        except ModuleNotFoundError:
            _log.info("who leads does all chunked work: mailflow[scale] is not installed")
    try:
        yield crew.share if crew else _alone
    finally:
        stop.set()
        if crew:
            crew.join()


def _alone(job: Job) -> Job:
    return job


def _lead(ours: Leadership, database: Database, settings: Settings, stop: threading.Event, share: Share = _alone) -> None:
    """Tick until told to stop, or until another leads."""
    lost = threading.Event()
    clock = BackgroundScheduler(timezone="UTC", executors={"default": ThreadPoolExecutor(1)})
    standing = Standing(database, settings)
    tick = partial(_tick, ours, lost, standing, tuple(map(share, EVERY_SECOND)), database, settings)
    job = clock.add_job(tick, Tick(), next_run_time=utc_now(), coalesce=True, misfire_grace_time=None, max_instances=1)
    clock.start()
    while not (stop.is_set() or lost.is_set()):
        stop.wait(_RETRY_SECONDS)
        if job.next_run_time > utc_now() + 2 * _PAUSE:  # the clock was set back: it would wait until it shows the old time again
            job.modify(next_run_time=utc_now())
    clock.shutdown(wait=True)


def _tick(
    ours: Leadership, lost: threading.Event, standing: Standing, jobs: tuple[Job, ...], database: Database, settings: Settings
) -> None:
    """All jobs, as long as we lead; asked before each, since one may have taken long. None of a database that may not be acted on."""
    for job in jobs if may_act(standing) else ():
        if not ours.leads():
            _log.warning("this scheduler leads no longer")
            lost.set()
            return
        run_jobs((job,), database, settings)
