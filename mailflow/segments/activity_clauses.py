"""What people did, as SQL: sets read from the ledger by its indexes; opens and clicks of machines never count."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.segments.frame import Frame
from mailflow.segments.words import Deed, Did, LastOrder, Spent

Clause = ColumnElement[bool]


def did_clause(test: Did, frame: Frame) -> Clause:
    """People who did it often enough, or never. Three clicks in one mail are one: mails are counted, not fingers."""
    lines = _lines(test, frame)
    if test.at_least > 1:
        lines = lines.group_by(Activity.subscriber_id).having(_times(test.deed) >= test.at_least)
    found = Subscriber.id.in_(lines)
    return found if test.at_least else ~found


def _lines(test: Did, frame: Frame) -> Select[Any]:
    lines = _of_kind(Kind(test.deed), frame, test.within_days)
    return lines if test.mailing is None else lines.where(Activity.mailing_id == test.mailing)


def _times(deed: Deed) -> ColumnElement[int]:
    return func.count() if deed is Deed.ORDERED else func.count(func.coalesce(Activity.mailing_id, 0).distinct())


def spent_clause(test: Spent, frame: Frame) -> Clause:
    """People whose orders add up to enough cents."""
    lines = _of_kind(Kind.ORDERED, frame, test.within_days)
    enough = func.coalesce(func.sum(Activity.amount), 0) >= test.at_least
    return Subscriber.id.in_(lines.group_by(Activity.subscriber_id).having(enough))


def last_order_clause(test: LastOrder, frame: Frame) -> Clause:
    """People whose newest order lies in the window."""
    recent = Subscriber.id.in_(_of_kind(Kind.ORDERED, frame, test.window.days))
    return recent if test.window.within else and_(Subscriber.id.in_(_of_kind(Kind.ORDERED, frame, None)), ~recent)


def _of_kind(kind: Kind, frame: Frame, days: int | None) -> Select[Any]:
    people = select(Activity.subscriber_id).where(Activity.kind == kind, frame.after(Activity.at, days))
    if kind in (Kind.OPENED, Kind.CLICKED):
        people = people.where(Activity.machine.is_(False))
    return frame.narrow(people, Activity.subscriber_id)


def by_people() -> Clause:
    """Lines that show a person at work: clicks that no machine made, and orders."""
    return or_(and_(Activity.kind == Kind.CLICKED, Activity.machine.is_(False)), Activity.kind == Kind.ORDERED)
