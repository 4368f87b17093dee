"""What the web process and the scheduler run, and how every long-lived process begins."""

from mailflow.cli.shape import refuse_other_shape
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.fence.keeper import Fence
from mailflow.foundation.logs import keep_log
from mailflow.foundation.parent import end_with_parent
from mailflow.foundation.ring import Ring, keep_learning, open_ring
from mailflow.foundation.settings import Settings, read_settings
from mailflow.foundation.zones import zone_data


def serve() -> None:
    """The web process: granian, and behind its event loop our WSGI callable."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    settings = begin()
    Server(
        "mailflow.cli.bridge:web_process",
        factory=True,
        interface=Interfaces.RSGI,
        address=settings.host,
        port=settings.port,
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},  # what it says goes where ours goes; requests are not logged
        respawn_failed_workers=True,
        workers_kill_timeout=4,
    ).serve()


def tick() -> None:
    """The scheduler process."""
    from mailflow.scheduler.tick import run_scheduler

    settings = begin()
    database, _ = open_database(settings)
    run_scheduler(database, settings)


def begin() -> Settings:
    """What every long-lived process does first: its settings, its log, its end with its parent, the newest zone data, its tables' shape."""
    settings = read_settings()
    keep_log(settings)
    end_with_parent()
    zone_data()
    refuse_other_shape(settings.database_url)
    compare(settings)
    refuse_other_shape(settings.database_url)  # comparing writes, and may have waited for the end of a move
    return settings


def compare(settings: Settings) -> str:
    """Whether database and data folder are what they were; why nothing may leave, or "". Pages are served all the same."""
    database = Database(settings.database_url)
    try:
        return Fence(settings.home).begin(database, now=utc_now())
    finally:
        database.close()


def open_database(settings: Settings) -> tuple[Database, Ring]:
    """The database and the installation's keys."""
    database = Database(settings.database_url)
    ring = open_ring(database, settings)
    keep_learning(ring, database, settings)
    return database, ring
