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
from mailflow.reporting.words import Figures, MonthLine

MONTHS = 12


def by_month(session: Session, key: str, *, now: datetime, zone: str) -> list[MonthLine]:
    """Twelve lines, oldest first, the present month last; a month is one of the shop's own ``zone``."""
    months = _months(now.astimezone(ZoneInfo(zone)).date())
    since = datetime(months[0].year, months[0].month, 1, tzinfo=ZoneInfo(zone))
    mailings = session.execute(
        select(Mailing.id, Mailing.due_at).where(Mailing.kind == MailingKind.CAMPAIGN, Mailing.due_at >= since, Mailing.due_at <= now)
    )
    of_month: dict[date, list[int]] = defaultdict(list)
    for mailing_id, due_at in mailings:
        of_month[due_at.astimezone(ZoneInfo(zone)).date().replace(day=1)].append(mailing_id)
    found = figures_by_value(session, [mailing_id for ids in of_month.values() for mailing_id in ids], key)
    return [MonthLine(month, len(of_month[month]), _together([found[mailing_id] for mailing_id in of_month[month]])) for month in months]


def _months(today: date) -> list[date]:
    ends = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(ends - MONTHS + 1, ends + 1)]


def _together(many: list[dict[str, Figures]]) -> dict[str, Figures]:
    parts: dict[str, list[Figures]] = defaultdict(list)
    for found in many:
        for value, figures in found.items():
            parts[value].append(figures)
    return {value: added(figures) for value, figures in sorted(parts.items())}
