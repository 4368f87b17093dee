"""Pure decisions about what people type: fields, networks, ages. No clock, no database."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from mailflow.audience.telephone import read_telephone
from mailflow.audience.words import FieldFault, FieldKind, FieldValue, Parsed

LONGEST_TEXT = 100
LONGEST_CHOICES = 50
YOUNGEST = 14
"""Years at which a person in Spain may agree by herself (LO 3/2018, article 7)."""
OLDEST = 120
UNKNOWN = "unknown"

_BANDS = ((65, "65+"), (55, "55-64"), (45, "45-54"), (35, "35-44"), (25, "25-34"), (18, "18-24"))
_AMOUNT = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?P<mark>[.,\u00a0\u202f ])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[0-9]{1,12})"
    r"(?:(?!(?P=mark))[.,](?P<cents>[0-9]{1,2}))?"
)
"""1250, 1.250, 1,250.5, 1 250,50: what stands before three digits parts thousands, another mark before one or two parts cents."""
_LINK = re.compile(r"https?:|www\.|://|[\w-]\.(com|net|org|info|ru|cn|top|xyz|es)\b/?", re.IGNORECASE)


class FieldLike(Protocol):
    """What parsing needs to know of a field."""

    key: Any
    kind: Any
    options: Any
    zone: Any


class _BadValueError(Exception):
    def __init__(self, fault: FieldFault) -> None:
        self.fault = fault


def parse_fields(fields: Iterable[FieldLike], raw: Mapping[str, Sequence[str]], *, today: date) -> Parsed:
    """Read what a form said about each field; empty answers are left out, unknown keys ignored."""
    values: dict[str, FieldValue] = {}
    errors: dict[str, FieldFault] = {}
    for field in fields:
        try:
            value = _parse(field, raw, today)
        except _BadValueError as refused:
            errors[field.key] = refused.fault
        else:
            if value is not None:
                values[field.key] = value
    return Parsed(values, errors)


def _parse(field: FieldLike, raw: Mapping[str, Sequence[str]], today: date) -> FieldValue | None:
    answers = [answer for answer in (text.strip() for text in raw.get(field.key, ())) if answer]
    if field.kind == FieldKind.DATE:
        return _parse_date(field.key, answers, raw, today)
    if field.kind == FieldKind.MANY_OF:
        return _parse_choices(field, answers) or None
    return _parse_one(field, answers[0]) if answers else None


def _parse_one(field: FieldLike, text: str) -> FieldValue | None:
    if field.kind == FieldKind.ONE_OF or (field.kind == FieldKind.PLACE and field.options):
        return _parse_choices(field, [text])[0]
    if field.kind == FieldKind.NUMBER:
        return _parse_number(text)
    if field.kind == FieldKind.MONEY:
        return _parse_amount(text)
    if field.kind == FieldKind.BOOLEAN:
        return text.lower() in ("1", "on", "true", "yes")
    if field.kind == FieldKind.TELEPHONE:
        return _parse_telephone(field, text)
    return _parse_text(text)


def _parse_choices(field: FieldLike, answers: list[str]) -> list[str]:
    allowed = {option["key"] for option in field.options}
    if len(answers) > LONGEST_CHOICES or not allowed.issuperset(answers):
        raise _BadValueError(FieldFault.NOT_A_CHOICE)
    return list(dict.fromkeys(answers))


def _parse_number(text: str) -> float:
    # Only the plain form: float() would also take "nan", "1_000" and digits of other scripts.
    if not re.fullmatch(r"[+-]?[0-9]{1,15}([.,][0-9]{1,17})?", text):
        raise _BadValueError(FieldFault.NOT_A_NUMBER)
    return float(text.replace(",", "."))


def _parse_telephone(field: FieldLike, text: str) -> FieldValue:
    if len(text) > LONGEST_TEXT:
        raise _BadValueError(FieldFault.TOO_LONG)
    number = None if has_control(text) else read_telephone(text, field.zone)
    if number is None:
        raise _BadValueError(FieldFault.NOT_A_TELEPHONE)
    return number


def _parse_amount(text: str) -> int:
    amount = read_amount(text)
    if amount is None:
        raise _BadValueError(FieldFault.NOT_AN_AMOUNT)
    return amount


def read_amount(text: str) -> int | None:
    """Whole cents of "12,50", "€12.50" or "1.250 EUR", None of what is no amount; whoever asks knows the currency, so one may be named."""
    bare = re.sub(r"^[€$£]|([€$£]|[A-Za-z]{3})$", "", text.strip()).strip()
    found = _AMOUNT.fullmatch(bare)
    if not found:
        return None
    amount = int(re.sub(r"[^0-9]", "", found["whole"])) * 100 + int((found["cents"] or "").ljust(2, "0"))
    return -amount if found["sign"] == "-" else amount


def _parse_text(text: str) -> str:
    clean = unicodedata.normalize("NFC", text)
    if len(clean) > LONGEST_TEXT:
        raise _BadValueError(FieldFault.TOO_LONG)
    if has_control(clean):
        raise _BadValueError(FieldFault.CONTROL)
    if _LINK.search(clean):
        raise _BadValueError(FieldFault.LINK)
    return " ".join(clean.split())


def has_control(text: str) -> bool:
    """Whether a text holds line breaks, controls, invisible marks or half characters, which could break a header or turn text around."""
    return any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and letter not in "\u200d\u200c" for letter in text)


def _parse_date(key: str, answers: list[str], raw: Mapping[str, Sequence[str]], today: date) -> date | None:
    parts = _date_parts(key, answers, raw)
    if not any(parts):
        return None
    # RFC 3339 dates in ASCII digits: int() would also take digits of other scripts and underscores.
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
        raise _BadValueError(FieldFault.NO_SUCH_DAY)
    try:
        day = date(*(int(part) for part in parts))
    except ValueError:
        raise _BadValueError(FieldFault.NO_SUCH_DAY) from None
    return _believable(day, today, person=key == "birth_date")


def _date_parts(key: str, answers: list[str], raw: Mapping[str, Sequence[str]]) -> list[str]:
    """Year, month and day: from three boxes, or from one ISO date."""
    if answers:
        parts = answers[0].split("-")
        return parts if len(parts) == 3 else ["?"]
    return [next(iter(raw.get(f"{key}_{part}", ())), "").strip() for part in ("year", "month", "day")]


def _believable(day: date, today: date, *, person: bool) -> date:
    if day.year < today.year - OLDEST:
        raise _BadValueError(FieldFault.TOO_OLD)
    if person and day > today:
        raise _BadValueError(FieldFault.IN_THE_FUTURE)
    if person and age(day, today) < YOUNGEST:
        raise _BadValueError(FieldFault.TOO_YOUNG)
    return day


def age(born: date, today: date) -> int:
    """Full years on ``today``; somebody born on 29 February grows older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def age_band(born: date | None, today: date) -> str:
    """The band that reports use; people under 18 are not told apart, so they count as unknown."""
    years = age(born, today) if born else 0
    return next((band for start, band in _BANDS if years >= start), UNKNOWN)


def shorten_network(address: str) -> str:
    """The network an IP address belongs to, /24 or /48, so that it points at nobody; empty for what is no address.

    What was shortened already stays as it is.
    """
    try:
        interface = ipaddress.ip_interface(address.strip())
    except ValueError:
        return ""
    ip = getattr(interface.ip, "ipv4_mapped", None) or interface.ip
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def country_of(place: str) -> str:
    """The country of a place named by ISO 3166: ES of ES-SE; empty where it names none."""
    found = re.fullmatch(r"([A-Z]{2})(-[A-Z0-9]{1,3})?(-.*)?", place)
    return found[1] if found else ""


def mask(email: str) -> str:
    """An address as pages reached by a link show it: its first letter and its domain."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"
