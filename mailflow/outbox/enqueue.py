"""Putting people's messages into the ledger, each with the values reports will know it by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Installation, List, Subscriber
from mailflow.audience.reporting_values import reporting_values
from mailflow.audience.words import ReportingValues
from mailflow.foundation.upsert import insert_new
from mailflow.outbox.cells import cell_ids, digest_of
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Reason, State


@dataclass(frozen=True)
class Entry:
    """One person to write to; ``occasion`` tells apart what may reach her more than once through one mailing."""

    subscriber_id: int
    occasion: int = 0
    context: dict[str, Any] = field(default_factory=dict)
    list_id: int | None = None
    expires_at: datetime | None = None
    skip: Reason | None = None
    """Known already not to get it: the row is written as skipped, for the record."""


def enqueue(session: Session, mailing: Mailing, entries: Sequence[Entry], *, now: datetime, due_at: datetime | None = None) -> int:
    """One row each, with address, language, provider and cells; rows that exist are left alone. How many are new.

    At most some 5,000 entries at a time: the caller slices, so that no write transaction grows long.
    """
    ids = [entry.subscriber_id for entry in entries]
    people = _people(session, ids)
    values = reporting_values(session, ids, now=now)
    cells = cell_ids(session, _combinations(values))
    fallback = _language_of(session, mailing)
    rows = [
        _row(mailing, entry, people[entry.subscriber_id], fallback=fallback, due_at=due_at or mailing.due_at)
        | _cells_of(values[entry.subscriber_id], cells)
        for entry in entries
        if entry.subscriber_id in people
    ]
    new = insert_new(session, Message, rows)
    if new:
        mailing.people = Mailing.people + new  # added where it stands: another may have added since it was read
        session.flush()
        session.refresh(mailing, ["people"])
    return new


def _people(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    rows = session.execute(select(Subscriber.id, Subscriber.email, Subscriber.language).where(Subscriber.id.in_(ids)))
    return {subscriber_id: (email, language) for subscriber_id, email, language in rows}


def _combinations(values: dict[int, ReportingValues]) -> list[dict[str, Any]]:
    return [single_or_many for each in values.values() for single_or_many in (each.single, each.many)]


def _cells_of(values: ReportingValues, cells: dict[str, int]) -> dict[str, int]:
    return {"cell_id": cells[digest_of(values.single)], "set_cell_id": cells[digest_of(values.many)]}


def _language_of(session: Session, mailing: Mailing) -> str:
    """The list's language, else the installation's."""
    of_list = session.scalar(select(List.language).where(List.id == mailing.list_id)) if mailing.list_id else None
    return of_list or session.scalar(select(Installation.language)) or "es"


def _row(mailing: Mailing, entry: Entry, person: tuple[str, str | None], *, fallback: str, due_at: datetime) -> dict[str, Any]:
    address, language = person
    return {
        "mailing_id": mailing.id,
        "person_key": entry.subscriber_id,
        "occasion": entry.occasion,
        "address": address,
        "language": mailing.language or language or fallback,
        "list_id": mailing.list_id or entry.list_id,
        "lane": mailing.lane,
        "provider": address.rpartition("@")[2],
        "context": entry.context,
        "due_at": due_at,
        "expires_at": entry.expires_at,
        "state": State.SKIPPED if entry.skip else State.PENDING,
        "reason": entry.skip,
        "attempt": 0,
        "epoch": 0,
        "orders": 0,
        "revenue": 0,
    }
