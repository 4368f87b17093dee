"""Schedulers that know of each other nothing and ask nobody for leave: many find the same campaigns due at the same moment.

``python -m tests.faults.starter HOW_MANY [PROTECTION …]``: so many processes; says how many campaigns each of them started.
"""

import multiprocessing
import sys
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.campaigns import launch
from mailflow.campaigns.models import Campaign
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.settings import read_settings
from mailflow.scheduler.jobs import freeze_begun, launch_due


def _unconditionally(session: Session, campaign: Campaign, _old: object, new: str, **facts: Any) -> bool:
    """Whatever state it is in by now."""
    session.execute(update(Campaign).where(Campaign.id == campaign.id).values(state=new, **facts))
    return True


def _start(together: Any, told: Any) -> None:
    settings = read_settings()
    database = Database(settings.database_url)
    with database.read() as session:
        launch.due(session, now=utc_now())  # the connection is open
    together.wait()
    started, waits = 0, True
    while waits:
        started += launch_due(database, settings)
        freeze_begun(database, settings)
        with database.read() as session:
            waits = bool(launch.due(session, now=utc_now()) or launch.freezing(session))
    told.put(started)


def start(schedulers: int) -> list[int]:
    """How many campaigns each started. Forked, so that all that is needed is loaded once."""
    here = multiprocessing.get_context("fork")
    together, told = here.Barrier(schedulers), here.Queue()
    processes = [here.Process(target=_start, args=(together, told), daemon=True) for _ in range(schedulers)]
    for process in processes:
        process.start()
    return [told.get(timeout=1800) for _ in processes]


if __name__ == "__main__":
    if "condition" in sys.argv[2:]:
        launch.move = _unconditionally  # type: ignore[assignment]
    sys.stdout.write(" ".join(map(str, start(int(sys.argv[1])))))
