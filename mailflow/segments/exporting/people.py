"""Whose data are taken out, and what is known of each, read some at a time: memory stays the same however many they are."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.profile import values
from mailflow.audience.words import FieldKind, SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.database import Database
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.exporting.words import EVERYBODY, ExportError, Own
from mailflow.segments.frame import Frame
from mailflow.segments.models import Segment
from mailflow.segments.words import TreeError

SLICE = 500
_NOTHING: Mapping[str, Any] = {}


def offered(session: Session) -> list[str]:
    """Every column that there is: our own, and the registry's fields."""
    return [*(own.value for own in Own), *(field.key for field in fields(session) if field.key not in set(Own))]


def numbers(session: Session, what: str, *, now: datetime) -> "array[int]":
    """The numbers of these people, oldest first: eight bytes each. ExportError: there is no such list or segment."""
    wanted = select(Subscriber.id).order_by(Subscriber.id).execution_options(yield_per=10_000)
    if what != EVERYBODY:
        wanted = wanted.where(_among_these(session, what, now))
    return array("q", session.scalars(wanted))


def _among_these(session: Session, what: str, now: datetime) -> ColumnElement[bool]:
    kind, _, text = what.partition(":")
    number = int(text) if text.isdecimal() and len(text) < 10 else 0
    if text != str(number):
        number = 0
    if kind == "list" and session.scalar(select(List.id).where(List.id == number)):
        return Subscriber.id.in_(
            select(Subscription.subscriber_id).where(Subscription.list_id == number, Subscription.state == SubscriptionState.CONFIRMED)
        )
    if kind == "segment" and (segment := session.scalar(select(Segment).where(Segment.id == number))):
        try:
            return clause(read_tree(catalogue(session), segment.tree, own_id=segment.id), Frame(now))
        except TreeError:
            raise ExportError("no-segment") from None
    raise ExportError("no-segment" if kind == "segment" else "no-list")


def people(database: Database, ids: Sequence[int], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What is known of each in these columns, amounts in the currency of their field; who was erased meanwhile is left out."""
    for start in range(0, len(ids), SLICE):
        with database.read() as session:
            yield from _some(session, list(ids[start : start + SLICE]), columns)


def _some(session: Session, ids: list[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Subscriber.id, Subscriber.email, Subscriber.language, Subscriber.source, Subscriber.confirmed_at, Subscriber.tracking)
        .where(among(Subscriber.id, ids))
        .order_by(Subscriber.id)
    ).all()
    known = _known(session, ids) if set(columns) - set(Own) else {}
    joined = _lists(session, ids) if "lists" in columns else {}
    return [_told(row, columns, known.get(row.id, _NOTHING), joined.get(row.id, [])) for row in rows]


def _known(session: Session, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Profiles as an import reads them: 120150 cents go out as 1201.50."""
    amounts = {field.key for field in fields(session) if field.kind == FieldKind.MONEY}
    found = values(session, ids)
    for profile in found.values():
        profile.update((key, Decimal(profile[key]).scaleb(-2)) for key in amounts & profile.keys())
    return found


def _told(row: Any, columns: Sequence[str], profile: Mapping[str, Any], joined: list[str]) -> dict[str, Any]:
    own = {
        "email": row.email,
        "language": row.language,
        "lists": joined,
        "source": row.source,
        "joined": row.confirmed_at.date() if row.confirmed_at else None,
        "tracking": row.tracking,
    }
    return {column: own[column] if column in own else profile.get(column) for column in columns}


def _lists(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(Subscription.subscriber_id, List.slug)
        .join(List, List.id == Subscription.list_id)
        .where(among(Subscription.subscriber_id, ids), Subscription.state == SubscriptionState.CONFIRMED)
        .order_by(List.position, List.id)
    )
    for person, slug in rows:
        found[person].append(slug)
    return found
