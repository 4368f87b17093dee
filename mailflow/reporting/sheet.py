"""A report as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from mailflow.foundation.spreadsheet import safe_cell
from mailflow.reporting.words import Figures, Interval

Cell: TypeAlias = str | int | float | None

FIGURE_HEADS = (
    "rows", "sent", "failed", "bounced", "delivered", "opened", "clicked", "ordered", "orders", "revenue",
    "delivered_of_tried", "opened_of_delivered", "clicked_of_delivered", "ordered_of_delivered",
    "machine_opened", "machine_clicked",
)  # fmt: skip
"""Names of the columns that :func:`figure_cells` fills; each rate's name says its base."""
INTERVAL_HEADS = ("clicked_low", "clicked_high")


def figure_cells(figures: Figures) -> list[Cell]:
    """One row's cells; money in whole units of the currency, rates as shares."""
    counts = [
        figures.rows,
        figures.sent,
        figures.failed,
        figures.bounced,
        figures.delivered,
        figures.opened,
        figures.clicked,
        figures.ordered,
    ]
    rates = [figures.delivery_rate, figures.open_rate, figures.click_rate, figures.order_rate]
    machines = [figures.machine_opened, figures.machine_clicked]
    return [*counts, figures.orders, figures.revenue / 100, *map(_rounded, rates), *machines]


def interval_cells(interval: Interval) -> list[Cell]:
    """The click rate's interval."""
    return [_rounded(interval.low), _rounded(interval.high)]


def as_csv(rows: Iterable[Sequence[Cell]], *, decimal_comma: bool) -> str:
    """CSV that a spreadsheet of the reader's country opens in columns; no cell can be a formula."""
    out = io.StringIO()
    out.write("\ufeff")  # or Excel takes UTF-8 for Latin
    writer = csv.writer(out, delimiter=";" if decimal_comma else ",")
    for row in rows:
        writer.writerow([_written(cell, decimal_comma=decimal_comma) for cell in row])
    return out.getvalue()


def _written(cell: Cell, *, decimal_comma: bool) -> str:
    if isinstance(cell, str):
        return safe_cell(cell)
    text = "" if cell is None else str(cell)
    return text.replace(".", ",") if decimal_comma else text


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 4)
