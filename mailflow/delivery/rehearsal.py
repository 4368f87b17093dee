"""Making a campaign's mails for some of its readers without sending them: whoever cannot be written to is found before anything leaves."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.content.blame import Blame, blame
from mailflow.content.faults import fault
from mailflow.delivery.facts import Batch
from mailflow.delivery.letters import Press
from mailflow.delivery.reads import Reader, Row
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import Claimed

_NO_ROW = 2**62
"""Numbers from here on belong to no message: nobody has a row yet."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rehearsed:
    """For how many the mail was made, for how many it could not be; of the first of these who it was and what was wrong."""

    tried: int
    failed: int = 0
    person: int | None = None
    blame: Blame | None = None


class Trial(Batch):
    """A batch of messages that are not written down: readers are found by their own number."""

    def _read_people(self, session: Session, rows: Sequence[Row]) -> None:
        super()._read_people(session, rows)
        hers = (Subscription.subscriber_id == Subscriber.id) & (Subscription.list_id == rows[0].list_id)
        wanted = select(Subscriber.id, Subscriber.tracking, Subscription.id, Subscription.confirmed_at, Subscriber.email)
        found = session.execute(wanted.outerjoin(Subscription, hers).where(among(Subscriber.id, self._people)))
        known = {reader[0]: Reader._make(reader) for reader in found}
        self._readers = {row.id: known[row.person_key]._replace(message=row.id) for row in rows if row.person_key in known}


def rows_for(mailing: Mailing, people: Sequence[tuple[int, str]]) -> list[Claimed]:
    """Messages to these people, as the sender would hold them; ``people`` are numbers and addresses."""
    same = {"mailing_id": mailing.id, "language": mailing.language or "", "list_id": mailing.list_id, "lane": mailing.lane, "context": {}}
    return [
        Claimed(id=_NO_ROW + place, person_key=person, address=address, provider="", epoch=0, **same)  # type: ignore[arg-type]
        for place, (person, address) in enumerate(people)
    ]


def rehearse(rows: Sequence[Claimed], batch: Batch, press: Press, *, ring: Ring, now: datetime, in_time: Callable[[], bool]) -> Rehearsed:
    """Make the whole mail for one after the other while there is time, at least for one."""
    tried, failed = 0, list[tuple[Claimed, Exception]]()
    for row in rows:
        if tried and not in_time():
            break
        tried += 1
        try:
            press.letter(row, batch, ring=ring, now=now)
        except Exception as error:  # whatever it is, the sender would meet it too
            failed.append((row, error))
    if not failed:
        return Rehearsed(tried)
    row, why = failed[0]
    _log.warning("mailing %d cannot be made for %d of %d readers", row.mailing_id, len(failed), tried, exc_info=why)
    return Rehearsed(tried, len(failed), row.person_key, _blame(row, batch, why))


def _blame(row: Claimed, batch: Batch, error: Exception) -> Blame:
    """Which tag it was; where her facts themselves cannot be had, all that is known is that it failed."""
    reader = batch.reader(row)
    try:
        facts = batch.facts(row, reader) if reader else {}
        return blame(batch.mail(row).personaliser, facts, error)
    except Exception:
        _log.exception("what was wrong for the reader %d could not be told", row.person_key)
        return Blame(fault("not-made", ""))
