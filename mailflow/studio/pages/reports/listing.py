"""All campaigns with their figures, and the last twelve months of one group."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind
from mailflow.reporting.breakdown import keys
from mailflow.reporting.campaigns import average_click_rate, campaign_lines
from mailflow.reporting.months import by_month, totals_by_month
from mailflow.reporting.words import UNKNOWN, Figures, MonthLine
from mailflow.studio.company import company
from mailflow.studio.pages.reports.charts import year
from mailflow.studio.pages.reports.labels import Labels, labels
from mailflow.studio.pages.reports.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import CAMPAIGN_STATES

PAGE = 25


@dataclass(frozen=True)
class Year:
    """The last twelve months of one group: ``rows`` of month, its figures and everybody's, the newest first."""

    key: str
    keys: list[str]
    labels: Labels
    values: list[tuple[str, str]]
    value: str
    name: str
    chart: dict[str, Any]
    rows: list[tuple[MonthLine, Figures | None, Figures]]


@blueprint.get("/")
@staff
def index() -> str:
    """The reports' first page; ``by`` and ``value`` choose the group of the twelve months."""
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    with current_database().read() as session:
        lines = campaign_lines(session, limit=PAGE + 1, offset=(page - 1) * PAGE)
        return render_template(
            "studio/reports/index.html",
            lines=lines[:PAGE],
            more=len(lines) > PAGE,
            page=page,
            average=average_click_rate(lines[:PAGE]),
            states=CAMPAIGN_STATES,
            months=_year(session, request.args.get("by", ""), request.args.get("value", "")),
        )


def _year(session: Session, wanted: str, value: str) -> Year | None:
    """What the twelve months' part of the page shows; None before the first campaign."""
    newest = session.scalar(select(Mailing.id).where(Mailing.kind == MailingKind.CAMPAIGN).order_by(Mailing.due_at.desc()).limit(1))
    known = keys(session, newest) if newest else []
    if not known:
        return None
    key = wanted if wanted in known else known[0]
    words, zone = labels(session), company().zone
    lines = by_month(session, key, now=current_instant(), zone=zone)
    everybody = totals_by_month(session, now=current_instant(), zone=zone)
    values = _values(lines, key, words)
    chosen = value if value in dict(values) else values[0][0] if values else UNKNOWN
    name = words.value(key, chosen)
    chart = year(lines, chosen, name, [everybody[line.month] for line in lines])
    rows = [(line, line.values.get(chosen), everybody[line.month]) for line in reversed(lines) if line.campaigns]
    return Year(key, known, words, values, chosen, name, chart, rows)


def _values(lines: list[MonthLine], key: str, words: Labels) -> list[tuple[str, str]]:
    """Every value of these months with its word, the most frequent first."""
    people: dict[str, int] = {}
    for line in lines:
        for value, figures in line.values.items():
            people[value] = people.get(value, 0) + figures.delivered
    ordered = sorted(people, key=lambda value: (value == UNKNOWN, -people[value]))
    return [(value, words.value(key, value)) for value in ordered]
