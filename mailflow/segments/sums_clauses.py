"""Conditions that a person's sums answer, as SQL over ``Engagement``: one row instead of all her lines in the ledger.

Each says also whether it holds for somebody without a row, who did nothing: so whole groups of them become one look at one table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from mailflow.audience.models import Subscriber
from mailflow.segments import customers
from mailflow.segments.frame import Frame
from mailflow.segments.models import Engagement
from mailflow.segments.words import AtStage, Average, Deed, Did, Group, How, InRfm, InSegment, LastOrder, Often, Part, Spent, Stage

E = Engagement
_EVER = {Deed.SENT: E.sent, Deed.OPENED: E.opened, Deed.CLICKED: E.clicked, Deed.ORDERED: E.orders}
_LAST = {Deed.SENT: E.last_sent, Deed.OPENED: E.last_opened, Deed.CLICKED: E.last_clicked, Deed.ORDERED: E.last_ordered}
_MASKS = {Deed.OPENED: E.opened_mask, Deed.CLICKED: E.clicked_mask}
_SEEN_AT_ONCE = 4
_ONCE_OR_NEVER = (Often(1), Often(0, 0))


class BitCount(FunctionElement[int]):
    """How many bits of a number are set."""

    inherit_cache = True
    type = BigInteger()


@compiles(BitCount, "sqlite")
def _on_sqlite(element: BitCount, compiler: Any, **options: Any) -> str:
    return f"bit_count({compiler.process(element.clauses, **options)})"


@compiles(BitCount, "postgresql")
def _on_postgresql(element: BitCount, compiler: Any, **options: Any) -> str:
    return f"bit_count(CAST({compiler.process(element.clauses, **options)} AS bit(64)))"


@dataclass(frozen=True)
class Known:
    """A condition on a row of ``Engagement``, never unknown, and whether it holds where there is no row."""

    holds: ColumnElement[bool]
    empty: bool


def known(part: Part, frame: Frame) -> Known | None:
    """What the sums say of a condition, or of a group of nothing but such; None where they do not know."""
    if isinstance(part, InSegment):
        return known(part.tree, frame)
    if isinstance(part, Group):
        parts = [known(one, frame) for one in part.parts]
        return together(part.how, [one for one in parts if one]) if all(parts) else None
    find = _KNOWN.get(type(part))
    return find(part, frame) if find else None


def together(how: How, parts: list[Known]) -> Known:
    """A group of conditions as one."""
    each, empty = [one.holds for one in parts], [one.empty for one in parts]
    if how is How.ALL:
        return Known(and_(true(), *each), all(empty))
    some = Known(or_(false(), *each), any(empty))
    return some if how is How.ANY else Known(not_(some.holds), not some.empty)


def people_clause(found: Known, frame: Frame) -> ColumnElement[bool]:
    """The same as a condition on Subscriber."""
    people = select(E.subscriber_id).where(not_(found.holds) if found.empty else found.holds)
    if frame.few:
        return found.holds
    some = Subscriber.id.in_(frame.narrow(people, E.subscriber_id))
    return ~some if found.empty else some


def within(often: Often, count: Any) -> ColumnElement[bool]:
    """Whether a number is neither too small nor too large."""
    least = count >= often.least if often.least else true()
    return and_(least, count <= often.most) if often.most is not None else least


def _bits_within(often: Often, mask: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether so many bits are set. Of a few it is seen without counting: x & (x - 1) is x without its lowest bit."""
    if often.most is not None or often.least > _SEEN_AT_ONCE:
        return within(often, BitCount(mask))
    for _ in range(often.least - 1):
        mask = mask.op("&")(mask - 1)
    return mask != 0


def _times(often: Often, count: Any) -> Known:
    return Known(within(often, count), often.least == 0)


def _since(last: Any, frame: Frame, days: int) -> ColumnElement[bool]:
    return and_(last.is_not(None), last >= frame.second(days))


def _did(test: Did, frame: Frame) -> Known | None:
    if test.mailing is not None:
        return None
    if test.last is not None:
        mask = _MASKS[test.deed].op("&")(literal(2**test.last - 1, BigInteger))
        return Known(_bits_within(test.often, mask), test.often.least == 0)
    if test.within_days is None:
        return _times(test.often, _EVER[test.deed])
    if test.often not in _ONCE_OR_NEVER:
        return None
    lately = _since(_LAST[test.deed], frame, test.within_days)
    return Known(lately, False) if test.often.least else Known(not_(lately), True)


def _spent(test: Spent, _: Frame) -> Known | None:
    return None if test.within_days is not None else _times(test.often, E.spent)


def _average(test: Average, _: Frame) -> Known | None:
    if test.within_days is not None:
        return None
    return Known(and_(E.last_ordered.is_not(None), average_within(test.often, E.spent, E.orders)), False)


def average_within(often: Often, total: Any, count: Any) -> ColumnElement[bool]:
    """Whether ``total / count`` is neither too small nor too large, in whole numbers."""
    least = total >= count * often.least
    return least if often.most is None else and_(least, total <= count * often.most)


def _last_order(test: LastOrder, frame: Frame) -> Known:
    lately = _since(E.last_ordered, frame, test.window.days)
    return Known(lately if test.window.within else and_(E.last_ordered.is_not(None), not_(lately)), False)


def _lifecycle(test: AtStage, frame: Frame) -> Known:
    """As customers.stage_of."""
    bought, lately = E.last_ordered.is_not(None), _since(E.last_ordered, frame, customers.ACTIVE_DAYS)
    clicked = _since(E.last_clicked, frame, customers.LEAD_DAYS)
    at = {
        Stage.ACTIVE: lately,
        Stage.INACTIVE: and_(bought, not_(lately)),
        Stage.LEAD: and_(not_(bought), clicked),
        Stage.PROSPECT: and_(not_(bought), not_(clicked)),
    }
    return Known(or_(*(at[Stage(one)] for one in test.stages)), Stage.PROSPECT in test.stages)


_KNOWN: Mapping[type, Callable[[Any, Frame], Known | None]] = {
    Did: _did,
    Spent: _spent,
    Average: _average,
    LastOrder: _last_order,
    AtStage: _lifecycle,
}


def rfm_clause(test: InRfm, frame: Frame) -> ColumnElement[bool]:
    """Customers of one of the groups; fifths are of all customers, whoever is asked about."""
    fifths = rfm_fifths().subquery()
    code = fifths.c.lately * 100 + fifths.c.often * 10 + fifths.c.much
    people = select(fifths.c.subscriber_id).where(code.in_(customers.codes(test.groups)))
    return frame.listed(people)


def rfm_fifths() -> Any:
    """Each customer's three fifths, as customers.fifth has them."""

    def fifth(column: Any) -> Any:
        return 1 + 5 * (func.rank().over(order_by=column) - 1) // func.count().over()

    ranked = (fifth(column).label(name) for column, name in ((E.last_ordered, "lately"), (E.orders, "often"), (E.spent, "much")))
    return select(E.subscriber_id, *ranked).where(E.last_ordered.is_not(None))
