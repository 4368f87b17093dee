"""The values by which reports tell people apart, taken from the fields marked for it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience import profile
from mailflow.audience.models import Field, Subscriber
from mailflow.audience.queries import installation
from mailflow.audience.rules import UNKNOWN, age_band
from mailflow.audience.words import FieldKind, ReportingValues, Tracking

AGE = "age"


def reporting_values(session: Session, subscriber_ids: Sequence[int], *, now: datetime) -> dict[int, ReportingValues]:
    """For each known person one word per reporting key ("unknown" where nothing is known), and the words of many-of fields.

    A date of birth becomes an age band under the key "age"; "source" is where the person came from; "tracking"
    whether her clicks are kept, so that rates can be taken of those alone of whom they are known.
    Fields of numbers, amounts, other dates, cities and free text tell too many people apart to be reported, and are left out.
    """
    marked = list(session.scalars(select(Field).where(Field.report, Field.archived_at.is_(None)).order_by(Field.position, Field.id)))
    people = session.execute(select(Subscriber.id, Subscriber.source_class, Subscriber.tracking).where(Subscriber.id.in_(subscriber_ids)))
    known = profile.values(session, subscriber_ids)
    today = now.astimezone(ZoneInfo(installation(session).zone)).date()
    return {
        person: _of_one(marked, known[person], {"source": source, "tracking": _told_apart(tracking)}, today)
        for person, source, tracking in people
    }


def _told_apart(tracking: str) -> str:
    """Reports ask only whether her clicks are known: the other levels are one."""
    return Tracking.INDIVIDUAL if tracking == Tracking.INDIVIDUAL else Tracking.AGGREGATE


def _of_one(marked: Sequence[Field], values: dict[str, Any], single: dict[str, str], today: date) -> ReportingValues:
    many: dict[str, list[str]] = {}
    for field in marked:
        value = values.get(field.key)
        if field.kind == FieldKind.MANY_OF:
            many[field.key] = list(value or ())
        elif field.key == "birth_date":
            single[AGE] = age_band(value, today)
        elif field.kind in (FieldKind.ONE_OF, FieldKind.BOOLEAN) or (field.kind == FieldKind.PLACE and field.options):
            single[field.key] = UNKNOWN if value is None else _word(value)
    return ReportingValues(single, many)


def _word(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
