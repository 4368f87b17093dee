"""Fields of the registry as a form shows them, with the answers already given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from werkzeug.datastructures import MultiDict

from mailflow.audience import fields as registry
from mailflow.audience.models import Field
from mailflow.audience.words import FieldKind, FieldValue, Parsed, Telephone
from preference_center.faults import Fault, field_fault
from preference_center.frame import in_words
from preference_center.language import current_zone

_CHIPS_UP_TO = 9
_DATE_PARTS = ("day", "month", "year")


@dataclass(frozen=True)
class Ask:
    """One question of a form."""

    key: str
    look: str
    """text, amount, date, chips, select or box."""
    label: str
    options: list[tuple[str, str]]
    anchor: str
    many: bool = False
    required: bool = False
    help: str = ""
    currency: str = ""


def asks(fields: Iterable[Field], answers: MultiDict[str, str]) -> list[Ask]:
    """The questions for these fields, in the page's language; what is no more offered is there for who has chosen it."""
    return [_ask(field, answers.getlist(field.key)) for field in fields]


def _ask(field: Field, chosen: Sequence[str]) -> Ask:
    options = [(option["key"], in_words(option["label"])) for option in field.options if not option.get("off") or option["key"] in chosen]
    look = _look(field, len(options))
    anchor = {"date": f"{field.key}_day", "chips": f"{field.key}-{options[0][0]}" if options else field.key}.get(look, field.key)
    return Ask(
        field.key, look, in_words(field.label), options, anchor,
        many=field.kind == FieldKind.MANY_OF, required=field.required, help=in_words(field.help), currency=field.currency,
    )  # fmt: skip


def _look(field: Field, options: int) -> str:
    if field.kind in (FieldKind.MANY_OF, FieldKind.ONE_OF) and options <= _CHIPS_UP_TO:
        return "chips"
    if field.kind == FieldKind.MANY_OF:
        return "chips"
    if field.kind == FieldKind.PLACE:
        return "select" if field.options else "text"
    looks = {FieldKind.ONE_OF: "select", FieldKind.DATE: "date", FieldKind.BOOLEAN: "box", FieldKind.MONEY: "amount"}
    return looks.get(FieldKind(field.kind), "text")


def read(fields: list[Field], answers: MultiDict[str, str], *, now: datetime) -> Parsed:
    """What the answers say, by the installation's calendar."""
    return registry.parse(fields, dict(answers.lists()), today=now.astimezone(ZoneInfo(current_zone())).date())


def faults(fields: list[Field], parsed: Parsed) -> list[Fault]:
    """The faults of these fields, in the order in which they are asked."""
    shown = asks((field for field in fields if field.key in parsed.errors), MultiDict())
    return [field_fault(ask.key, ask.anchor, ask.label, parsed.errors[ask.key]) for ask in shown]


def answers_from(values: Mapping[str, FieldValue]) -> MultiDict[str, str]:
    """Known values as a form would send them."""
    answers: MultiDict[str, str] = MultiDict()
    for key, value in values.items():
        if isinstance(value, list):
            answers.setlist(key, value)
        elif isinstance(value, date):
            answers.update({f"{key}_{part}": str(getattr(value, part)) for part in _DATE_PARTS})
        elif value is not False:
            answers[key] = _typed(value)
    return answers


def _typed(value: FieldValue) -> str:
    """A value as somebody would type it; whole cents as an amount."""
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, int | float):
        text = f"{value / 100:.2f}" if isinstance(value, int) else f"{value:.12g}"
        return text.replace(".", get_locale().number_symbols["latn"]["decimal"])
    return value.typed if isinstance(value, Telephone) else str(value)


def month_names() -> list[tuple[str, str]]:
    """The twelve months as the page's language calls them, with their numbers."""
    names = get_locale().months["stand-alone"]["wide"]
    return [(str(number), names[number]) for number in range(1, 13)]
