"""Descriptions of the charts, for the eye and for the ear."""

from collections.abc import Sequence
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import ngettext

from mailflow.reporting.words import Figures, Hour, MonthLine
from mailflow.studio.formats import number, percent
from mailflow.studio.language import current_language

_MOST = 0.8
"""The share of clicks whose hour the caption tells."""
_ENOUGH = 10
"""Fewer clicks say nothing about "eight of ten"."""


def arrivals(hours: Sequence[Hour]) -> dict[str, Any]:
    """How opens and clicks came in over two days."""
    last = hours[-1]
    opens = ngettext("%(count)s open", "%(count)s opens", last.opens, count=number(last.opens))
    clicks = ngettext("%(count)s click", "%(count)s clicks", last.clicks, count=number(last.clicks))
    facts = {"opens": number(last.opens), "clicks": number(last.clicks), "machines": number(last.machine_opens)}
    says = _(
        "Opens and clicks within 48 hours. Opens by people: %(opens)s. Clicks by people: %(clicks)s. Opens by machines: %(machines)s.",
        **facts,
    )
    series = [
        {
            "name": _("Opens by people"),
            "data": [one.opens for one in hours],
            "tone": "data-1",
            "end": opens,
        },
        {
            "name": _("Opens by machines"),
            "data": [one.machine_opens for one in hours],
            "tone": "data-quiet",
            "dash": True,
            "end": _("%(machines)s by machines", **facts),
        },
        {
            "name": _("Clicks by people"),
            "data": [one.clicks for one in hours],
            "tone": "data-2",
            "end": clicks,
        },
    ]
    return {"says": says, "x": [f"{one.hour} h" for one in hours], "every": 12, "whole": True, "right": 150, "top": 14, "series": series}


def arrival_words(hours: Sequence[Hour]) -> str:
    """The chart's caption: when most clicks had come."""
    clicks = hours[-1].clicks
    if clicks < _ENOUGH:
        return str(_("Counted from the first mail's departure. People and machines apart."))
    by_then = next(one.hour for one in hours if one.clicks >= _MOST * clicks)
    return str(
        _("Eight of ten clicks came within %(hours)s h of the first mail. Machines open nearly everything on arrival.", hours=by_then)
    )


def year(lines: Sequence[MonthLine], value: str, name: str, everybody: Sequence[Figures]) -> dict[str, Any]:
    """The click rate of one group beside everybody's, month by month."""
    group = [line.values.get(value, Figures()).click_rate for line in lines]
    everyone = [figures.click_rate for figures in everybody]
    says = _("Click rate of %(name)s month by month, beside everybody's; the figures are in the table below.", name=name)
    series = [
        {"name": _("Everybody"), "data": _points(everyone), "tone": "data-quiet", "end": _end(_("everybody"), everyone)},
        {"name": name, "data": _points(group), "tone": "data-1", "end": _end(name, group)},
    ]
    months = [format_date(line.month, format="LLL", locale=current_language()) for line in lines]
    return {"says": says, "x": months, "every": 1, "unit": " %", "decimals": 1, "right": 150, "top": 14, "series": series}


def _points(rates: Sequence[float | None]) -> list[float | None]:
    return [None if rate is None else round(100 * rate, 2) for rate in rates]


def _end(name: str, rates: Sequence[float | None]) -> str:
    last = next((rate for rate in reversed(rates) if rate is not None), None)
    return f"{percent(last)} {name}" if last is not None else ""
