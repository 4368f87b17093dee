"""A campaign's report as a file for a spreadsheet."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response
from flask_babel import gettext as _

from mailflow.content.headers import disposition
from mailflow.reporting.campaign import report
from mailflow.reporting.sheet import FIGURE_HEADS, INTERVAL_HEADS, Cell, as_csv, figure_cells, interval_cells
from mailflow.reporting.words import Row
from mailflow.studio.language import current_language
from mailflow.studio.pages.reports.campaign import breakdown
from mailflow.studio.pages.reports.labels import Labels
from mailflow.studio.pages.reports.left_out import left_out_lines
from mailflow.studio.pages.reports.routes import blueprint, launched
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database


@blueprint.get("/<int:campaign_id>.csv")
@staff
def download(campaign_id: int) -> Response:
    """Everybody, then every value of every key, then who did not get it; no cell of it can be a formula."""
    with current_database().read() as session:
        found, mailing_id = launched(session, campaign_id)
        its = report(session, mailing_id)
        rows: list[list[Cell]] = [["by", "value", *FIGURE_HEADS, *INTERVAL_HEADS]]
        everybody = replace(its.figures, opened=its.opened, clicked=its.clicked)  # as on the page: the totals-only ones too
        rows.append([_("Everybody"), found.name, *figure_cells(everybody)])
        totals = [its.aggregate_opens, its.aggregate_clicks]
        rows.append([_("Totals only"), _("Opens and clicks of people who are not told apart"), *[None] * 5, *totals])
        first = breakdown(session, mailing_id, "")
        for key in first.keys if first else []:
            seen = breakdown(session, mailing_id, key)
            rows += _rows(key, seen.rows, seen.labels) if seen else []
        rows += [[_("Did not get it"), line.why, line.people] for line in left_out_lines(found.id, its)]
    text = as_csv(rows, decimal_comma=current_language() == "es")
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": disposition(found.name, "csv")})


def _rows(key: str, rows: Sequence[Row], labels: Labels) -> list[list[Cell]]:
    name = labels.key(key)
    return [[name, labels.value(key, row.value), *figure_cells(row.figures), *interval_cells(row.interval)] for row in rows]
