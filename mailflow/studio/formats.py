"""Numbers, shares, money and times as the reader writes them: Jinja filters over babel.

``| number``, ``| percent`` (of a share: 0.124 is 12,4 %), ``| money`` (of cents), ``| date``, ``| datetime``,
``| time``, ``| relative`` (needs ``now``). None becomes "–": not known yet is not zero.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask

from mailflow.studio.company import company
from mailflow.studio.language import current_language, current_zone
from mailflow.studio.surroundings import current_instant

UNKNOWN = "–"
_LOCALES = {"es": "es_ES", "en": "en_GB"}
_DAYS = {"es": "d MMM y", "en": "d MMM y"}
_LONG_DAYS = {"es": "EEEE d 'de' MMMM", "en": "EEEE d MMMM"}


def number(value: float | None, digits: int = 0) -> str:
    """A number with the reader's separators: 1.334 or 1,334."""
    if value is None:
        return UNKNOWN
    return format_decimal(value, format=_digits(digits), locale=_locale())


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage: 0.124 is "12,4 %" in Spanish, "12.4%" in English."""
    if share is None:
        return UNKNOWN
    space = "\N{NO-BREAK SPACE}" if current_language() == "es" else ""
    return format_percent(share, format=f"{_digits(digits)}{space}%", locale=_locale())


def money(cents: float | None, currency: str | None = None, *, whole: bool = False) -> str:
    """An amount of cents; ``whole`` leaves the cents out: "11.297 €", "€79.00"."""
    if cents is None:
        return UNKNOWN
    amount = Decimal(str(cents)) / 100
    pattern = {"es": "{0}\N{NO-BREAK SPACE}¤", "en": "¤{0}"}[current_language()].format(_digits(0 if whole else 2))
    return format_currency(amount, currency or company().currency, format=pattern, locale=_locale(), currency_digits=False)


def day(value: datetime | date | None, *, long: bool = False) -> str:
    """A day in the installation's zone: "17 nov 2026"; long: "martes 17 de noviembre"."""
    if value is None:
        return UNKNOWN
    patterns = _LONG_DAYS if long else _DAYS
    return format_date(_local(value), format=patterns[current_language()], locale=_locale())


def moment(value: datetime | None) -> str:
    """A day and time in the installation's zone: "17 nov 2026, 10:00"."""
    return UNKNOWN if value is None else f"{day(value)}, {clock_time(value)}"


def clock_time(value: datetime | None) -> str:
    """The time of day in the installation's zone, in 24 hours."""
    return UNKNOWN if value is None else format_datetime(_local(value), format="HH:mm", locale=_locale())


def lately(value: datetime, now: datetime) -> str:
    """The time of day alone where it was today, with its day where not."""
    return clock_time(value) if day(value) == day(now) else moment(value)


def short_day(value: datetime | date | None) -> str:
    """A day near the present, without its year: "27 nov"."""
    return UNKNOWN if value is None else format_date(_local(value), format="d MMM", locale=_locale())


def capitalize_first(text: str) -> str:
    """The text with its first letter large: Spanish writes days small, sentences begin large."""
    return text[:1].upper() + text[1:]


def grouped(text: str, count: int) -> str:
    """The text with its plain ``count`` written with the reader's separators; ngettext knows none."""
    return text.replace(str(count), number(count), 1)


def relative(value: datetime | None, now: datetime | None = None) -> str:
    """How long ago, or in how long: "hace 3 días"."""
    if value is None:
        return UNKNOWN
    return format_timedelta(value - (now or current_instant()), add_direction=True, locale=_locale())


def install(app: Flask) -> None:
    """Give the templates of ``app`` these filters."""
    filters = {"number": number, "percent": percent, "money": money, "date": day, "datetime": moment}
    app.jinja_env.filters.update(
        filters, time=clock_time, lately=lately, relative=relative, date_short=short_day, capitalize_first=capitalize_first, grouped=grouped
    )


def _digits(count: int) -> str:
    return "#,##0" + ("." + "0" * count if count else "")


def _locale() -> str:
    return _LOCALES[current_language()]


def _local(value: datetime | date) -> datetime | date:
    if not isinstance(value, datetime):
        return value
    # naive for babel: it would otherwise turn the time into UTC again
    return value.replace(tzinfo=value.tzinfo or UTC).astimezone(ZoneInfo(current_zone())).replace(tzinfo=None)
