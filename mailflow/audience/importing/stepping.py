"""Working imports off, step by step: whoever calls, the scheduler or the command line, does the next block of whatever is to be done.

Each step thinks first, with no transaction that writes, and then writes in one short one: below 50 ms on SQLite. Where a kill falls
between two, the next step begins where the last ended, in whichever process, on whichever computer: all it needs is in the database.
What a process remembers of an import from one block to the next, an open file or the addresses it met, it finds anew where it has not.
"""

import threading
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.carry import Carrying
from mailflow.audience.importing.check import Checking
from mailflow.audience.importing.keeping import Keeping
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.undo import Undoing
from mailflow.audience.importing.words import WORKED_ON, ImportState
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.slices import think_then_write


class Phase(Protocol):
    """One kind of such work, of one import."""

    def prepare(self, session: Session, brought: Import) -> None:
        """Think: nothing is written."""

    def write(self, session: Session, brought: Import, *, now: datetime) -> None:
        """Keep what came of it."""

    def close(self) -> None:
        """Nobody goes on with it here."""


_in_hand: dict[str, tuple[str, Phase]] = {}
"""What this process works on, by the import's token; beside it for which trial or run it holds."""
_MOST_IN_HAND = 2
_turn = threading.Lock()


class _Thought(NamedTuple):
    """What is to be written, of an import that stands as it did."""

    phase: Phase
    standing: tuple[object, ...]


def step(database: Database, number: int, *, ring: Ring, now: datetime) -> bool:
    """Do the next block of this import; whether there is more to do without anybody being asked."""

    def think(session: Session) -> _Thought | None:
        brought = session.get(Import, number)
        if brought is None or brought.state not in WORKED_ON:
            return None
        phase = _phase(session, brought, ring)
        phase.prepare(session, brought)
        return _Thought(phase, _standing(brought))

    def write(session: Session, thought: _Thought) -> bool:
        brought = session.scalars(select(Import).where(Import.id == number).with_for_update()).one_or_none()
        if brought is None or _standing(brought) != thought.standing:  # somebody asked something of it, or has done this block
            return brought is not None
        thought.phase.write(session, brought, now=now)
        return brought.state in WORKED_ON

    with _turn:
        return think_then_write(database, think, write)


def give_up(session: Session, number: int, *, now: datetime) -> None:
    """Work no more on an import that breaks whoever works on it; who came in by it is in, and can be taken back."""
    brought = session.scalars(select(Import).where(Import.id == number).with_for_update()).one_or_none()
    if brought is not None and brought.state in WORKED_ON:
        state = ImportState.CANCELLED if brought.done else ImportState.FAILED
        brought.state, brought.fault, brought.since, brought.ended_at = state, "broken", now, now
        let_go(brought.token)


def let_go(*tokens: str) -> None:
    """Remember nothing more of these imports; of none that is named, of all."""
    for token in tokens or tuple(_in_hand):
        if token in _in_hand:
            _in_hand.pop(token)[1].close()


def _standing(brought: Import) -> tuple[object, ...]:
    return (brought.state, brought.settled_at, brought.blocks, brought.tried, brought.done, brought.undone)


def _phase(session: Session, brought: Import, ring: Ring) -> Phase:
    of = f"{brought.state} {brought.settled_at if brought.state == ImportState.CHECKING else ''}"
    known = _in_hand.get(brought.token)
    if known is None or known[0] != of:
        let_go(brought.token)
        while len(_in_hand) >= _MOST_IN_HAND:
            let_go(next(iter(_in_hand)))
        known = _in_hand[brought.token] = of, _begun(session, brought, ring)
    return known[1]


def _begun(session: Session, brought: Import, ring: Ring) -> Phase:
    match brought.state:
        case ImportState.READING:
            return Keeping()
        case ImportState.CHECKING:
            return Checking(session, brought, ring=ring)
        case ImportState.RUNNING:
            return Carrying(session, ring=ring)
    return Undoing()
