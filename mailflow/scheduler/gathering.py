"""Reading what claimed messages will say; mails not compiled yet are compiled first."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from mailflow.content.words import CompileError
from mailflow.delivery.facts import Batch
from mailflow.delivery.letters import Press
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.words import Claimed

_log = logging.getLogger(__name__)


class Gathered(NamedTuple):
    """Rows whose mails can be made, with what is needed for that; and rows whose mail cannot be made for anybody."""

    rows: Sequence[Claimed]
    batch: Batch
    broken: Sequence[Claimed]


def gather(database: Database, settings: Settings, ring: Ring, press: Press, rows: Sequence[Claimed]) -> Gathered:
    """Have every mail compiled and at hand, and read what is personal in them for all rows at once."""
    spoilt = {mail for mail in {(row.mailing_id, row.language) for row in rows} if not _at_hand(database, settings, press, *mail)}
    good = [row for row in rows if (row.mailing_id, row.language) not in spoilt]
    with database.read() as session:
        batch = Batch(session, good, press=press, mint=ring.mint, public_url=settings.public_url)
    return Gathered(good, batch, [row for row in rows if (row.mailing_id, row.language) in spoilt])


def _at_hand(database: Database, settings: Settings, press: Press, mailing_id: int, language: str) -> bool:
    if press.has(mailing_id, language) or _load(database, press, mailing_id, language):
        return True
    from mailflow.scheduler.compiling import ensure_compiled  # noqa: PLC0415  # a sender of campaigns compiles nothing: the clock did

    try:
        ensure_compiled(database, settings, mailing_id, language, now=utc_now())
    except CompileError:
        _log.exception("mailing %d does not compile in %s", mailing_id, language)
        return False
    return _load(database, press, mailing_id, language)


def _load(database: Database, press: Press, mailing_id: int, language: str) -> bool:
    with database.read() as session:
        return press.load(session, mailing_id, language)
