"""The last twelve months of campaigns, month by month, for the values of one field."""

from collections import defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind
from mailflow.reporting.breakdown import figures_by_value
from mailflow.reporting.figures import added
from mailflow.reporting.rules import last_months
from mailflow.reporting.words import Figures, MonthLine


def by_month(session: Session, key: str, *, now: datetime, zone: str) -> list[MonthLine]:
    """Twelve lines, oldest first, the present month last; a month is one of the shop's own ``zone``."""
    months = _mailings(session, now, zone)
    found = figures_by_value(session, [mailing_id for ids in months.values() for mailing_id in ids], key)
    return [MonthLine(month, len(ids), _together([found[mailing_id] for mailing_id in ids])) for month, ids in months.items()]


def totals_by_month(session: Session, *, now: datetime, zone: str) -> dict[date, Figures]:
    """The figures of the same twelve months of all who are told apart: the base that a group is compared with.

    Everybody has a source, so its values together are all of them.
    """
    return {line.month: added([Figures(), *line.values.values()]) for line in by_month(session, "source", now=now, zone=zone)}


def _mailings(session: Session, now: datetime, zone: str) -> dict[date, list[int]]:
    """The campaigns' mailings of each of the twelve months, oldest month first."""
    place = ZoneInfo(zone)
    months: dict[date, list[int]] = {month: [] for month in last_months(now.astimezone(place).date())}
    oldest = next(iter(months))
    since = datetime(oldest.year, oldest.month, 1, tzinfo=place)
    launched = (Mailing.kind == MailingKind.CAMPAIGN, Mailing.due_at >= since, Mailing.due_at <= now)
    for mailing_id, due_at in session.execute(select(Mailing.id, Mailing.due_at).where(*launched)):
        months[due_at.astimezone(place).date().replace(day=1)].append(mailing_id)
    return months


def _together(many: list[dict[str, Figures]]) -> dict[str, Figures]:
    parts: dict[str, list[Figures]] = defaultdict(list)
    for found in many:
        for value, its in found.items():
            parts[value].append(its)
    return {value: added(many_figures) for value, many_figures in sorted(parts.items())}
