"""The sender as ``mailflow worker`` runs it, with one protection taken out by name, to see that its test would fail without it.

``python -m tests.faults.worker [PROTECTION …]``
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from mailflow.cli.worker import send
from mailflow.delivery import hand
from mailflow.delivery.journal import Journal
from mailflow.foundation.fence import keeper
from mailflow.foundation.fence.words import Finding
from mailflow.outbox.words import Lane
from mailflow.scheduler import recovery, sender, standing


def _without_journal() -> None:
    """Nothing is noted, and what is not noted counts as not begun."""
    Journal.begun = lambda *_: True  # type: ignore[method-assign]


def _without_gate() -> None:
    """An intent stays good for ever: whoever passed the gate once is written to, however late."""
    hand.INTENT_SECONDS = 3600.0
    sender.Pace.burst = property(lambda _: 2000)  # type: ignore[assignment, method-assign]


def _without_doubt() -> None:
    """Whatever was begun when a sender died begins again."""
    recovery.settle_dead = _again  # type: ignore[assignment]


def _again(session: object, found: object, **_: object) -> bool:
    from sqlalchemy import update

    from mailflow.outbox.models import Message
    from mailflow.outbox.words import IN_HAND

    mine = update(Message).where(Message.worker == found.worker, Message.state.in_(IN_HAND))  # type: ignore[attr-defined]
    session.execute(mine.values(state="pending", worker=None))  # type: ignore[attr-defined]
    return True


def _without_drain() -> None:
    """Told to stop, it stops."""
    sender.Sender.stop = lambda _: os._exit(0)  # type: ignore[method-assign]


def _without_intent() -> None:
    """Whoever is asked about goes, and nothing is written down before."""
    sender.pass_gate = lambda _session, rows, *_, **__: frozenset(row.id for row in rows)  # type: ignore[attr-defined]


def _without_bound() -> None:
    """What is held already does not count: each turn claims as if there were nothing."""
    sender.Sender._claim_room = lambda _: dict.fromkeys(Lane, 500)  # type: ignore[method-assign]


def _without_fence() -> None:
    """Copies are taken for what they were copied from."""
    keeper.judge = lambda *_, **__: Finding.WELL  # type: ignore[attr-defined]


def _without_shape() -> None:
    """It never looks whether the tables are still those it knows."""
    standing.shape_of = lambda _: None  # type: ignore[attr-defined]


def _without_strays() -> None:
    """What a commit gave whose answer was lost is not looked for."""

    async def _sure(self: sender.Sender) -> bool:
        self._unsure = False
        return True

    sender.Sender._make_sure = _sure  # type: ignore[method-assign]


@event.listens_for(Engine, "checkout")
def _fill_the_disk(connection: Any, _record: object, _proxy: object) -> None:
    """While the file named by FULL_DISK exists, the database may not grow: what a full disk means to SQLite."""
    if not isinstance(connection, sqlite3.Connection):
        return
    full = Path(os.environ.get("FULL_DISK", "/nonexistent")).exists()
    pages = connection.execute("PRAGMA page_count").fetchone()[0] if full else 2**30
    connection.execute(f"PRAGMA max_page_count = {pages}")


PROTECTIONS: dict[str, Callable[[], None]] = {
    "journal": _without_journal,
    "gate": _without_gate,
    "doubt": _without_doubt,
    "drain": _without_drain,
    "intent": _without_intent,
    "bound": _without_bound,
    "strays": _without_strays,
    "fence": _without_fence,
    "shape": _without_shape,
}

if __name__ == "__main__":
    for name in sys.argv[1:]:
        PROTECTIONS[name]()
    send()
