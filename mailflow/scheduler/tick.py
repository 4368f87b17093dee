"""APScheduler as the tick and nothing else: due times live in our own tables."""

import fcntl
import logging
import signal
import threading
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.scheduler.jobs import EVERY_SECOND, Job

_log = logging.getLogger(__name__)


_RETRY_SECONDS = 0.2
"""How often one that waits looks whether the leader is gone."""


class Leadership:
    """One scheduler leads per data folder: a lock that ends with its process, however that ends."""

    def __init__(self, home: Path) -> None:
        """The lock file lies in ``home``."""
        home.mkdir(parents=True, exist_ok=True)
        self._file = (home / "scheduler.lock").open("a")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def wait(self, stop: threading.Event) -> bool:
        """Lead as soon as nobody else does; False when told to stop before."""
        while not stop.is_set():
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # never the blocking kind: it sleeps through SIGTERM
            except BlockingIOError:
                stop.wait(_RETRY_SECONDS)
            else:
                return True
        return False


def run_jobs(jobs: tuple[Job, ...], database: Database, settings: Settings) -> None:
    """Each job in turn; one that fails is logged and does not keep the others from their turn."""
    for job in jobs:
        try:
            job(database, settings)
        except Exception:
            _log.exception("the job %s failed; it is tried again at the next tick", job.__name__)


def run_scheduler(database: Database, settings: Settings) -> None:
    """Tick until SIGTERM or SIGINT."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with Leadership(settings.home) as leadership:
        if leadership.wait(stop):
            _log.info("this scheduler leads")
            _lead(database, settings, stop)


def _lead(database: Database, settings: Settings, stop: threading.Event) -> None:
    clock = BackgroundScheduler(timezone="UTC", executors={"default": ThreadPoolExecutor(1)})
    tick = partial(run_jobs, EVERY_SECOND, database, settings)
    clock.add_job(tick, "interval", seconds=1, next_run_time=utc_now(), coalesce=True, misfire_grace_time=None, max_instances=1)
    clock.start()
    stop.wait()
    clock.shutdown(wait=True)
