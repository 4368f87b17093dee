"""Chunked work shared by all schedulers of a PostgreSQL: the leading one asks for it, and each, whether it leads or waits, works it off.

Procrastinate hands out who does what. A job is no more than a question, "is there something to do for this campaign?": who answers it looks
for himself, so one that is lost, or answered twice, does no harm.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Self, cast

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import OVER_THE_NETWORK, Database
from mailflow.foundation.settings import Settings
from mailflow.scheduler.chunks import Chunks, work_off
from mailflow.scheduler.crew_tables import NAMESPACE, are_made, look_there
from mailflow.scheduler.jobs import CHUNKED, Job
from mailflow.scheduler.standing import Standing, may_act

_QUEUE = "chunks"
_TURN = 0.5
"""Seconds of one campaign's work before the next one has its turn."""
_AHEAD = 1
"""What is soon done goes before campaigns of a million people; where it turns out to be long, it waits for its next turn like these."""
_LOOK = 0.25
_BEAT = 1.0
_SILENT = 5.0
"""Seconds after which what somebody had in hand who gives no sign of life is another's."""
_PATIENCE = 5.0
"""Seconds to wait for a connection, and before it is tried again where the database did not answer."""
_WAITING = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = :queue")
_log = logging.getLogger(__name__)


class Crew:
    """This process's place among them: works in a thread of its own until ``stop`` is set."""

    @classmethod
    def of(cls, database: Database, settings: Settings, stop: threading.Event) -> Self | None:
        """A place in it; None where its tables were not made."""
        with database.read() as session:
            made = are_made(session)
        if not made:
            _log.warning("who leads does all chunked work: Procrastinate has no tables here; run “mailflow db upgrade”")
        return cls(database, settings, stop) if made else None

    def __init__(self, database: Database, settings: Settings, stop: threading.Event) -> None:
        """Begins at once."""
        self._database, self._settings, self._stop = database, settings, stop
        self._standing = Standing(database, settings)
        self._asking = App(connector=SyncPsycopgConnector())  # never opened: it asks over our own connection, in our transaction
        self._thread = threading.Thread(target=lambda: asyncio.run(self._keep_at_it()), name="crew", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the slice in hand."""
        self._thread.join(4 * _PATIENCE)

    def share(self, job: Job) -> Job:
        """In place of a job that does chunked work one that asks for it; any other as it is."""
        chunks = CHUNKED.get(job)
        if chunks is None:
            return job

        def ask(database: Database, settings: Settings) -> int:
            with database.read() as session:
                whose = chunks.waiting(session, utc_now())
            try:
                self._ask(chunks, whose, priority=0 if chunks.seconds else _AHEAD)
            except ProgrammingError:
                _log.warning("nobody can be asked: the tables of Procrastinate are gone; run “mailflow db upgrade”")
                job(database, settings)
            return len(whose)

        ask.__name__ = job.__name__
        return ask

    def _ask(self, chunks: Chunks, whose: Sequence[int], *, priority: int = 0) -> None:
        """Have a turn taken for each of these, unless one waits already; never two at once for the same."""
        if not whose:
            return
        with suppress(AlreadyEnqueued), self._database.begin() as session:
            look_there(session)
            driver: Any = session.connection().connection.dbapi_connection
            waiting = set(session.scalars(_WAITING, {"queue": _QUEUE}))
            for one in whose:
                lock = f"{chunks.name} {one}"
                if lock not in waiting:
                    where = {"queue": _QUEUE, "lock": lock, "queueing_lock": lock, "priority": priority, "connection": driver}
                    self._asking.configure_task(chunks.name, **where).defer(whose=one)

    def _take_turn(self, chunks: Chunks, whose: int) -> None:
        if may_act(self._standing) and work_off(self._database, self._settings, chunks, [whose], seconds=_TURN, breathes=False):
            self._ask(chunks, [whose])

    async def _keep_at_it(self) -> None:
        while not self._stop.is_set():
            try:
                await self._work()
            except Exception:
                _log.exception("chunked work stopped here; it is taken up again")
            await self._pause(_BEAT)

    async def _work(self) -> None:
        """Until told to stop, or until something fails."""
        app = App(connector=self._connector())
        for chunks in CHUNKED.values():
            app.task(name=chunks.name)(partial(self._take_turn, chunks))
        async with app.open_async():
            tasks = [asyncio.create_task(each) for each in (self._take_turns(app), self._watch(app), self._pause())]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            ended, _ = await asyncio.wait(tasks, timeout=_PATIENCE)  # one that does not hear is left behind
            for task in ended:
                if not task.cancelled():
                    task.result()

    async def _take_turns(self, app: App) -> None:
        """Not woken by the database (LISTEN): the library does not notice when that connection is lost, and may then never end."""
        await app.run_worker_async(
            queues=[_QUEUE],
            delete_jobs="always",
            listen_notify=False,
            fetch_job_polling_interval=_LOOK,
            update_heartbeat_interval=_BEAT,
            stalled_worker_timeout=_SILENT,
            install_signal_handlers=False,
        )

    async def _watch(self, app: App) -> None:
        """Strike off who is silent, and ask anew for what they had in hand. One that lives after all begins anew at its next job."""
        kinds, manager = {chunks.name: chunks for chunks in CHUNKED.values()}, app.job_manager
        while True:
            await asyncio.sleep(_BEAT)
            await manager.prune_stalled_workers(_SILENT)
            for job in await manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=_SILENT):
                _log.warning("“%s” is another's now: who did it gives no sign of life", job.lock)
                with suppress(ConnectorException):  # another has taken it away
                    await manager.finish_job_by_id_async(job.id or 0, Status.FAILED, delete_job=True)
                await asyncio.to_thread(self._ask, kinds[job.task_name], [cast("int", job.task_kwargs["whose"])])

    async def _pause(self, seconds: float = float("inf")) -> None:
        while seconds > 0 and not self._stop.is_set():
            await asyncio.sleep(0.1)
            seconds -= 0.1

    def _connector(self) -> PsycopgConnector:
        _, reached = self._database.engine.dialect.create_connect_args(self._database.engine.url)
        options = f"{OVER_THE_NETWORK['options']} -c search_path={NAMESPACE}"
        connecting = {**OVER_THE_NETWORK, **reached, "options": options}
        return PsycopgConnector(conninfo="", kwargs=connecting, min_size=1, max_size=3, timeout=_PATIENCE)
