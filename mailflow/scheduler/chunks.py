"""Work that comes in slices, each a short transaction that is safe to repeat: for whom some waits, and the next slice of it."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from mailflow.audience.importing.queries import waiting as imports_waiting
from mailflow.audience.importing.stepping import give_up, step
from mailflow.campaigns import control, launch
from mailflow.campaigns.models import Campaign
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.sequences import advance, enrol

_LOG = logging.getLogger(__name__)
_EVERYBODY = (0,)


class Chunks(NamedTuple):
    """One kind of such work."""

    name: str
    waiting: Callable[[Session, datetime], Sequence[int]]
    """The numbers of the campaigns for which there is some; 0 where it is no campaign's."""
    slice: Callable[[Database, Settings, int], bool]
    """Does the next one; whether there may be more."""
    seconds: float = 0.0
    """What a tick has for it where the clock does it all by itself; one slice at least."""


def _in_one(slice_: Callable[[Session, int, datetime], bool]) -> Callable[[Database, Settings, int], bool]:
    """A slice that is one transaction from beginning to end."""

    def do(database: Database, _settings: Settings, one: int) -> bool:
        with database.begin() as session:
            return slice_(session, one, utc_now())

    return do


def work_off(database: Database, settings: Settings, chunks: Chunks, whose: Sequence[int], *, seconds: float, breathes: bool) -> list[int]:
    """Slice by slice and in turn for so long, one slice each at least; for whom there may be more.

    One that ``breathes`` leaves the database to the sender, the pages and the beacons for as long as each slice took.
    """
    left, until = list(whose), time.perf_counter() + seconds
    while left:
        for one in list(left):
            began = time.perf_counter()
            if not chunks.slice(database, settings, one):
                left.remove(one)
            if breathes and left and seconds:
                time.sleep(time.perf_counter() - began)
        if time.perf_counter() >= until:
            break
    return left


def _begun(session: Session, _now: datetime) -> list[int]:
    return [campaign.id for campaign in launch.freezing(session)]


def _freeze(session: Session, campaign_id: int, now: datetime) -> bool:
    return not launch.freeze_slice(session, session.get_one(Campaign, campaign_id), now=now)


def _cancelled(session: Session, _now: datetime) -> list[int]:
    return [campaign.id for campaign in control.cancelled_waiting(session)]


def _skip(session: Session, campaign_id: int, _now: datetime) -> bool:
    return control.skip_rest(session, session.get_one(Campaign, campaign_id)) == control.SLICE


def _confirmed(session: Session, _now: datetime) -> Sequence[int]:
    return _EVERYBODY if enrol.somebody_confirmed(session) else ()


def _enrol(session: Session, _number: int, now: datetime) -> bool:
    return enrol.enrol_confirmed(session, now=now) > 0


def _unlooked_at(session: Session, now: datetime) -> Sequence[int]:
    return _EVERYBODY if enrol.looks_for_quiet(session, now=now) else ()


def _look(session: Session, _number: int, now: datetime) -> bool:
    enrol.enrol_quiet(session, now=now)
    return enrol.looks_for_quiet(session, now=now)


def _due(session: Session, now: datetime) -> Sequence[int]:
    return _EVERYBODY if advance.is_due(session, now=now) else ()


def _advance(session: Session, _number: int, now: datetime) -> bool:
    return advance.advance_due(session, now=now) == advance.SLICE


def _brought(session: Session, _now: datetime) -> Sequence[int]:
    return imports_waiting(session)


_ring = lru_cache(maxsize=2)(open_ring)
"""Asked once: what hashes addresses never changes."""


def _bring_in(database: Database, settings: Settings, number: int) -> bool:
    try:
        return step(database, number, ring=_ring(database, settings), now=utc_now())
    except (OperationalError, InterfaceError):  # the database's trouble, which goes by
        raise
    except Exception:  # one broken import stops no other
        _LOG.exception("import %d cannot be worked on", number)
        with database.begin() as session:
            give_up(session, number, now=utc_now())
        return False


FREEZE = Chunks("freeze", _begun, _in_one(_freeze), seconds=0.8)
SKIP = Chunks("skip", _cancelled, _in_one(_skip), seconds=0.2)
ENROL = Chunks("enrol", _confirmed, _in_one(_enrol))
LOOK = Chunks("look for the quiet", _unlooked_at, _in_one(_look))
ADVANCE = Chunks("advance", _due, _in_one(_advance))
IMPORT = Chunks("import", _brought, _bring_in, seconds=0.5)
