"""Opens and clicks counted for a mailing as a whole, naming nobody."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.foundation.upsert import insert_new
from mailflow.outbox.models import MailingTotal
from mailflow.tracking.words import HitKind

_COLUMNS = {
    (HitKind.OPEN, False): MailingTotal.opens,
    (HitKind.OPEN, True): MailingTotal.machine_opens,
    (HitKind.CLICK, False): MailingTotal.clicks,
    (HitKind.CLICK, True): MailingTotal.machine_clicks,
}


def add(session: Session, counted: Mapping[tuple[int, HitKind, bool], int]) -> None:
    """Add hits to the totals of their mailings, by mailing, kind and whether a machine made them."""
    none = dict.fromkeys((column.key for column in _COLUMNS.values()), 0)
    insert_new(session, MailingTotal, [{"mailing_id": mailing_id, **none} for mailing_id in sorted({key[0] for key in counted})])
    for (mailing_id, kind, machine), count in counted.items():
        column = _COLUMNS[kind, machine]
        session.execute(update(MailingTotal).where(MailingTotal.mailing_id == mailing_id).values({column: column + count}))
