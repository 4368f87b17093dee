"""What each long-lived process runs."""

import asyncio
import signal
from typing import TYPE_CHECKING

from mailflow.cli.shape import refuse_other_shape
from mailflow.foundation.database import Database
from mailflow.foundation.logs import keep_log
from mailflow.foundation.parent import end_with_parent
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings

if TYPE_CHECKING:
    from mailflow.scheduler.sender import Sender


def serve() -> None:
    """The web process: granian, and behind its event loop our WSGI callable."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    settings = _begin()
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


def send() -> None:
    """The sender process."""
    import uvloop

    from mailflow.scheduler.sender import Sender

    settings = _begin()
    database, ring = _open(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(Sender(database, settings, ring)))


def tick() -> None:
    """The scheduler process."""
    from mailflow.scheduler.tick import run_scheduler

    settings = _begin()
    database, _ = _open(settings)
    run_scheduler(database, settings)


async def _until_told(sender: "Sender") -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, sender.stop)
    await sender.run()


def _begin() -> Settings:
    settings = Settings()
    keep_log(settings)
    end_with_parent()
    refuse_other_shape(settings.database_url)
    return settings


def _open(settings: Settings) -> tuple[Database, Ring]:
    database = Database(settings.database_url)
    return database, open_ring(database, settings)
