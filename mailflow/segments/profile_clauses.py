"""What profiles say, as SQL: each test is a set of people who have a fitting value of the field."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, func, select, true, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from mailflow.audience.models import ProfileValue
from mailflow.segments.folding import fold, fold_sql
from mailflow.segments.frame import Frame
from mailflow.segments.words import FieldTest, Op

Clause = ColumnElement[bool]

_WHOLE = (Op.IN, Op.NOT_IN, Op.ANY_OF, Op.ALL_OF, Op.NONE_OF)
_NEGATIVE = {Op.IS_NOT: Op.IS, Op.NOT_IN: Op.IN, Op.NONE_OF: Op.ANY_OF, Op.EMPTY: Op.NOT_EMPTY}


def field_clause(test: FieldTest, frame: Frame) -> Clause:
    """People whose profile passes; a negative operator holds for all whom the positive one does not, also for the silent."""
    if test.field.kind == "boolean":
        ticked = _having(test, ProfileValue.number == 1, frame)
        return ticked if test.value else ~ticked
    if test.op is Op.ALL_OF:
        return and_(*(_having(test, ProfileValue.text == one, frame) for one in test.value))
    positive = _NEGATIVE.get(test.op, test.op)
    found = _having(test, _TESTS[positive](test, frame), frame)
    return ~found if test.op in _NEGATIVE else found


def _having(test: FieldTest, value: Clause, frame: Frame) -> Clause:
    """Asked of one person at a time, only a value that is known whole is looked up by its index: else all of the field would be read."""
    field = ProfileValue.field_id if not frame.few or test.op in _WHOLE else _Unindexed(ProfileValue.field_id)
    people = select(ProfileValue.subscriber_id).where(type_coerce(field, ProfileValue.field_id.type) == test.field.id, value)
    return frame.among(people, ProfileValue.subscriber_id)


class _Unindexed(FunctionElement[Any]):
    """A column by which SQLite looks nothing up."""

    inherit_cache = True


@compiles(_Unindexed, "sqlite")
def _on_sqlite(element: _Unindexed, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(_Unindexed)
def _elsewhere(element: _Unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


def _column(test: FieldTest) -> Any:
    return {"number": ProfileValue.number, "date": ProfileValue.day, "money": ProfileValue.cents}[test.field.kind]


def _is(test: FieldTest, _: Frame) -> Clause:
    return fold_sql(func.coalesce(ProfileValue.text, "")) == fold(test.value)


def _contains(test: FieldTest, _: Frame) -> Clause:
    return fold_sql(func.coalesce(ProfileValue.text, "")).contains(fold(test.value), autoescape=True)


def _starts_with(test: FieldTest, _: Frame) -> Clause:
    return fold_sql(func.coalesce(ProfileValue.text, "")).startswith(fold(test.value), autoescape=True)


def _between(test: FieldTest, _: Frame) -> Clause:
    low, high = test.value
    return and_(_column(test) >= low, _column(test) <= high)


def _age(test: FieldTest, frame: Frame) -> Clause:
    youngest, oldest = test.value
    born = ProfileValue.day
    return and_(born <= years_before(frame.today, youngest), born > years_before(frame.today, oldest + 1))


def _birthday(test: FieldTest, frame: Frame) -> Clause:
    month_and_day = extract("month", ProfileValue.day) * 100 + extract("day", ProfileValue.day)
    return month_and_day.in_(sorted(birthdays(frame.today, test.value)))


_TESTS: Mapping[Op, Callable[[FieldTest, Frame], Clause]] = {
    Op.IS: _is,
    Op.CONTAINS: _contains,
    Op.STARTS_WITH: _starts_with,
    Op.NOT_EMPTY: lambda _test, _frame: true(),
    Op.EQUAL: lambda test, _: _column(test) == test.value,
    Op.LESS: lambda test, _: _column(test) < test.value,
    Op.MORE: lambda test, _: _column(test) > test.value,
    Op.BETWEEN: _between,
    Op.AGE_BETWEEN: _age,
    Op.BIRTHDAY: _birthday,
    Op.IN: lambda test, _: ProfileValue.text.in_(test.value),
    Op.ANY_OF: lambda test, _: ProfileValue.text.in_(test.value),
}


def years_before(today: date, years: int) -> date:
    """The same day so many years ago; of 29 February the 28th where there is none."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def birthdays(today: date, days: int) -> set[int]:
    """Month and day (as 1121) of birthdays from today through ``days`` ahead; 29 February is kept on the 28th in other years."""
    ahead = [today + timedelta(days=count) for count in range(days + 1)]
    found = {day.month * 100 + day.day for day in ahead}
    if any((day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3 for day in ahead):
        found.add(229)
    return found
