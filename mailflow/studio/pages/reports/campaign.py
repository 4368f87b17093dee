"""One campaign's report: figures, how it came in, who responded, and who did not get it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import render_template, request
from sqlalchemy.orm import Session

from mailflow.audience.models import List
from mailflow.campaigns.models import Campaign
from mailflow.reporting.breakdown import by_value, keys, told_apart
from mailflow.reporting.campaign import report
from mailflow.reporting.campaigns import average_click_rate, campaign_lines
from mailflow.reporting.over_time import hits_by_hour
from mailflow.reporting.rules import verdict
from mailflow.reporting.words import CampaignReport, Figures, Row
from mailflow.studio.pages.reports.charts import arrival_words, arrivals
from mailflow.studio.pages.reports.labels import Labels, labels
from mailflow.studio.pages.reports.left_out import left_out_lines
from mailflow.studio.pages.reports.routes import blueprint, launched
from mailflow.studio.pages.reports.sentence import sentence
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import CAMPAIGN_STATES

_YEAR = timedelta(days=365)
_ROOM = 1.04
"""Air at the right of the longest interval."""


@dataclass(frozen=True)
class Breakdown:
    """Who responded, seen by one key; ``scale`` is the rate at the right edge of the small bars."""

    key: str
    keys: list[str]
    rows: list[Row]
    total: Figures
    """Of everybody who can be in a row."""
    labels: Labels
    scale: float
    overlapping: bool
    """A person counts in several rows."""


@blueprint.get("/<int:campaign_id>")
@staff
def campaign(campaign_id: int) -> str:
    """The report's page; ``by`` says by which value people are told apart."""
    now = current_instant()
    with current_database().read() as session:
        found, mailing_id = launched(session, campaign_id)
        its = report(session, mailing_id)
        hours = hits_by_hour(session, mailing_id, now=now)
        seen = breakdown(session, mailing_id, request.args.get("by", ""))
        average = average_click_rate(campaign_lines(session, since=now - _YEAR))
        return render_template(
            "studio/reports/campaign.html",
            campaign=found,
            report=its,
            list=session.get(List, its.list_id) if its.list_id else None,
            average=average,
            chart=arrivals(hours),
            caption=arrival_words(hours),
            seen=seen,
            totals_only=its.figures.delivered - told_apart(session, mailing_id).delivered,
            sentence=sentence(verdict(seen.rows), seen.key, seen.labels) if seen else None,
            left_out=left_out_lines(found.id, its),
            states=CAMPAIGN_STATES,
            ended=_ended(found, its),
            now=now,
        )


def breakdown(session: Session, mailing_id: int, wanted: str) -> Breakdown | None:
    """The rows by the key that was asked for, else by the first there is; None when nothing tells people apart."""
    known = keys(session, mailing_id)
    if not known:
        return None
    key = wanted if wanted in known else known[0]
    rows, total = by_value(session, mailing_id, key), told_apart(session, mailing_id)
    shown = [row.interval.high for row in rows if not row.small] or [row.interval.high for row in rows]
    overlapping = sum(row.figures.delivered for row in rows) > total.delivered
    return Breakdown(key, known, rows, total, labels(session), min(1.0, max(shown, default=1.0)) * _ROOM, overlapping)


def _ended(found: Campaign, its: CampaignReport) -> bool:
    """Whether figures of delivery are final; until then the page says "so far"."""
    return found.finished_at is not None or its.figures.sent + sum(one.people for one in its.left_out) >= its.figures.rows
