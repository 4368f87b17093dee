"""What a sender process runs: ``python -m mailflow.cli.worker``, as small as it can be, since there may be many."""

import asyncio
import signal
import sys

import uvloop

from mailflow.cli.serve import begin, open_database
from mailflow.foundation.garbage import spare_what_stays
from mailflow.foundation.settings import SettingsError
from mailflow.scheduler.sender import Sender


def send() -> None:
    """Send what is due until told to stop."""
    settings = begin()
    database, ring = open_database(settings)
    sender = Sender(database, settings, ring)
    spare_what_stays()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(sender))


async def _until_told(sender: Sender) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, sender.stop)
    await sender.run()


if __name__ == "__main__":
    try:
        send()
    except SettingsError as error:
        sys.exit(f"mailflow cannot start with these settings. {error}.")
    except Exception as error:
        from mailflow.cli.away import told_of

        if not (sentence := told_of(error)):
            raise
        sys.exit(sentence)
