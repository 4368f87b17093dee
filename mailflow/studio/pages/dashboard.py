"""The first page: how things stand and what to do next; before the first campaign, the way to it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, render_template
from flask_babel import gettext as _

from mailflow.delivery.families import name_of
from mailflow.reporting.audience import Month, audience_by_month, count_quiet, quiet_days
from mailflow.reporting.dashboard import summary
from mailflow.reporting.first_steps import first_steps
from mailflow.reporting.sending import attention, underway
from mailflow.studio.company import company
from mailflow.studio.formats import number
from mailflow.studio.language import current_language
from mailflow.studio.security import staff
from mailflow.studio.sequence_words import recipe_name
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import CAMPAIGN_STATES

blueprint = Blueprint("dashboard", __name__)

_FIRST_EVENING_HOUR, _FIRST_AFTERNOON_HOUR, _FIRST_MORNING_HOUR = 20, 14, 5


@blueprint.get("/")
@staff
def index() -> str:
    """The dashboard, or the first steps."""
    now = current_instant()
    with current_database().read() as session:
        steps = first_steps(session)
        figures, days = summary(session, now=now), quiet_days(session)
        if steps.campaign is None:
            return render_template("studio/first_steps.html", steps=steps, figures=figures, greeting=_greeting(now))
        return render_template(
            "studio/dashboard.html",
            now=now,
            greeting=_greeting(now),
            figures=figures,
            chart=_chart(audience_by_month(session, now=now, zone=company().zone)),
            underway=underway(session),
            quiet=count_quiet(session, days=days, now=now),
            quiet_days=days,
            attention=attention(session, now=now),
            recipe_name=recipe_name,
            name_of=name_of,
            states=CAMPAIGN_STATES,
        )


def _greeting(now: datetime) -> str:
    hour = now.astimezone(ZoneInfo(company().zone)).hour
    if hour >= _FIRST_EVENING_HOUR or hour < _FIRST_MORNING_HOUR:
        return str(_("Good evening"))
    return str(_("Good afternoon") if hour >= _FIRST_AFTERNOON_HOUR else _("Good morning"))


def _chart(points: list[Month]) -> dict[str, object]:
    """The chart's description: people confirmed by each month's end, and people who answered in it."""
    first, last = points[0], points[-1]
    here = [point.people for point in points]
    active = [point.active for point in points]
    zone = ZoneInfo(company().zone)
    names = [_month_name(point.end.astimezone(zone), last=point is last) for point in points]
    says = _(
        "Confirmed people and people who clicked or bought, month by month. Confirmed: from %(a)s to %(b)s. Active: from %(c)s to %(d)s.",
        a=number(first.people),
        b=number(last.people),
        c=number(first.active),
        d=number(last.active),
    )
    series = [
        {"name": _("Confirmed"), "data": here, "tone": "data-quiet", "end": _("%(count)s confirmed", count=number(last.people))},
        {"name": _("Active"), "data": active, "tone": "data-1", "end": _("%(count)s active", count=number(last.active))},
    ]
    return {"says": says, "x": names, "every": 1, "whole": True, "right": 140, "top": 14, "series": series}


def _month_name(end: datetime, *, last: bool) -> str:
    """The short name of the month that ends at ``end``; all but the present one end where the next begins."""
    month = end if last else end.replace(day=1, month=end.month - 1 if end.month > 1 else 12)
    return format_date(month.date(), format="LLL", locale=current_language())
