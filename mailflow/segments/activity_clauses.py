"""What people did and bought, as SQL: sets read from the ledger by its indexes; opens and clicks of machines never count."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.segments.frame import Frame
from mailflow.segments.models import Purchase
from mailflow.segments.sums_clauses import average_within, known, people_clause, within
from mailflow.segments.words import AtStage, Average, Bought, Deed, Did, LastOrder, Often, Spent

Clause = ColumnElement[bool]


def deed_clause(test: Did | Spent | Average | LastOrder | AtStage, frame: Frame) -> Clause:
    """What the sums know is asked of them; all else of the ledger."""
    found = known(test, frame)
    if found:
        return people_clause(found, frame)
    return _of_did(test, frame) if isinstance(test, Did) else _of_money(test, frame)


def _of_did(test: Did, frame: Frame) -> Clause:
    """Three clicks in one mail are one: mails are counted, not fingers."""
    return _often(lines_of(test, frame), _times(test.deed), test.often, frame)


def _often(lines: Select[Any], times: ColumnElement[int], often: Often, frame: Frame) -> Clause:
    """People with so many lines; of those who may have none, all but who have too many."""
    person = lines.selected_columns[0]
    if often == Often(1):
        return frame.among(lines, person)
    if often == Often(0, 0):
        return ~frame.among(lines, person)
    each = lines.group_by(person)
    if often.least:
        return frame.among(each.having(within(often, times)), person)
    return ~frame.among(each.having(times > often.most), person)


def lines_of(test: Did, frame: Frame) -> Select[Any]:
    """The lines of the ledger that a condition counts, everybody's."""
    lines = _of_kind(Kind(test.deed), frame, test.within_days)
    if test.mailing is not None:
        lines = lines.where(Activity.mailing_id == test.mailing)
    if test.link is not None:
        lines = lines.where(Activity.detail["link"].as_integer() == test.link)
    return lines


def _times(deed: Deed) -> ColumnElement[int]:
    return func.count() if deed is Deed.ORDERED else func.count(func.coalesce(Activity.mailing_id, 0).distinct())


def _of_money(test: Any, frame: Frame) -> Clause:
    """Sums and averages of the orders of some days; whoever ordered nothing has spent nothing, and has no average."""
    lines = _of_kind(Kind.ORDERED, frame, test.within_days).group_by(Activity.subscriber_id)
    total = func.coalesce(func.sum(Activity.amount), 0)
    if isinstance(test, Average):
        return frame.among(lines.having(average_within(test.often, total, func.count())), Activity.subscriber_id)
    if test.often.least:
        return frame.among(lines.having(within(test.often, total)), Activity.subscriber_id)
    return ~frame.among(lines.having(total > test.often.most), Activity.subscriber_id)


def bought_clause(test: Bought, frame: Frame) -> Clause:
    """People with so many orders in which the product, or something of the category, was."""
    named = Purchase.product if test.by == "product" else Purchase.category
    lines = select(Purchase.subscriber_id).where(named == test.name, frame.after(Purchase.at, test.within_days))
    return _often(lines, func.count(Purchase.order_id.distinct()), test.often, frame)


def _of_kind(kind: Kind, frame: Frame, days: int | None) -> Select[Any]:
    people = select(Activity.subscriber_id).where(Activity.kind == kind, frame.after(Activity.at, days))
    if kind in (Kind.OPENED, Kind.CLICKED):
        people = people.where(Activity.machine.is_(False))
    return people


def by_people() -> Clause:
    """Lines that show a person at work: clicks that no machine made, and orders."""
    return or_(and_(Activity.kind == Kind.CLICKED, Activity.machine.is_(False)), Activity.kind == Kind.ORDERED)
