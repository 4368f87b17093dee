"""A mailing's figures by sex, age, place, interest, source or any other value the people had when it was sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailflow.audience.words import Tracking
from mailflow.outbox.models import Cell, Message
from mailflow.reporting.figures import COLUMNS, added, figures
from mailflow.reporting.rules import compare, wilson
from mailflow.reporting.words import UNKNOWN, Figures, Row

USUAL_KEYS = ("sex", "age", "place", "interests", "source", "tier")
"""What reports are asked for first, in this order; other saved fields follow by name."""
TRACKING = "tracking"
"""In a cell: how closely these people agreed to be followed when they were written to."""


def keys(session: Session, mailing_id: int) -> list[str]:
    """The values this mailing can be seen by."""
    cells = {id_ for column in (Message.cell_id, Message.set_cell_id) for id_ in _cell_ids(session, column, mailing_id)}
    found = {key for data in _data(session, cells).values() for key in data} - {TRACKING}
    return [key for key in USUAL_KEYS if key in found] + sorted(found.difference(USUAL_KEYS))


def by_value(session: Session, mailing_id: int, key: str) -> list[Row]:
    """One row for each value of ``key``; of many-of values a person counts in each of hers.

    Only people who agreed to be told apart are in it, in what was delivered as well as in opens and clicks: with the
    others in the base, a group that agrees less often would seem to answer less. See :class:`CampaignReport` for them.
    """
    groups = figures_by_value(session, [mailing_id], key)[mailing_id]
    total = told_apart(session, mailing_id)
    rows = [_row(value, found, total, len(groups)) for value, found in groups.items()]
    return sorted(rows, key=_place)


def told_apart(session: Session, mailing_id: int) -> Figures:
    """The figures of all who can be in a group."""
    cells = by_cell(session, [mailing_id], Message.cell_id)[mailing_id]
    hidden = _hidden(_data(session, set(cells)))
    return added([Figures(), *(found for cell, found in cells.items() if cell not in hidden)])


def _row(value: str, found: Figures, total: Figures, groups: int) -> Row:
    return Row(value, found, wilson(found.clicked, found.delivered), compare(found, total, groups))


def _place(row: Row) -> tuple[bool, str, int, str]:
    """Bands of numbers in their order, others by size, the unknown last."""
    band = row.value if row.value[:1].isdigit() else ""
    return row.value == UNKNOWN, band, -row.figures.delivered, row.value


def figures_by_value(session: Session, mailing_ids: Iterable[int], key: str) -> dict[int, dict[str, Figures]]:
    """Figures of each value of ``key``, by mailing; people of whom it is not known are under "unknown"."""
    ids = list(mailing_ids)
    cells = by_cell(session, ids, Message.cell_id)
    data = _data(session, {cell for found in cells.values() for cell in found})
    hidden = _hidden(data)
    if not any(key in values for values in data.values()):
        cells = by_cell(session, ids, Message.set_cell_id, without=hidden)
        data, hidden = _data(session, {cell for found in cells.values() for cell in found}), set()
    return {mailing_id: _folded(found, data, key, hidden) for mailing_id, found in cells.items()}


def by_cell(
    session: Session, mailing_ids: list[int], column: InstrumentedAttribute[int | None], *, without: Collection[int | None] = ()
) -> dict[int, dict[int | None, Figures]]:
    """Figures by mailing and cell, ``without`` the messages whose first cell is one of these."""
    grouped = select(Message.mailing_id, column, *COLUMNS).where(Message.mailing_id.in_(mailing_ids))
    if without:
        grouped = grouped.where(or_(Message.cell_id.is_(None), Message.cell_id.not_in(without)))
    found: dict[int, dict[int | None, Figures]] = {mailing_id: {} for mailing_id in mailing_ids}
    for mailing_id, cell, *sums in session.execute(grouped.group_by(Message.mailing_id, column)):
        found[mailing_id][cell] = figures(sums)
    return found


def _hidden(data: Mapping[int | None, Mapping[str, object]]) -> set[int | None]:
    """The cells of people who agreed to totals only."""
    return {cell for cell, values in data.items() if values.get(TRACKING) == Tracking.AGGREGATE}


def _folded(
    cells: Mapping[int | None, Figures], data: Mapping[int | None, Mapping[str, object]], key: str, hidden: Collection[int | None]
) -> dict[str, Figures]:
    parts: dict[str, list[Figures]] = defaultdict(list)
    for cell, found in cells.items():
        if cell in hidden:
            continue
        for value in _values(data.get(cell, {}).get(key)):
            parts[value].append(found)
    return {value: added(found) for value, found in parts.items()}


def _values(stored: object) -> set[str]:
    many = stored if isinstance(stored, list) else [stored]
    return {str(value) for value in many if value not in (None, "")} or {UNKNOWN}


def _cell_ids(session: Session, column: InstrumentedAttribute[int | None], mailing_id: int) -> list[int | None]:
    return list(session.scalars(select(column).where(Message.mailing_id == mailing_id).distinct()))


def _data(session: Session, cells: set[int | None]) -> dict[int | None, dict[str, object]]:
    rows = session.execute(select(Cell.id, Cell.data).where(Cell.id.in_(cells - {None})))
    return {cell: values for cell, values in rows}  # noqa: C416  # the pairs are rows, which mypy does not take for tuples
