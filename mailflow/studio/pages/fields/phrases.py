"""What kinds of field are called, and what a refusal means, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from mailflow.audience.field_rules import LONGEST_HELP, LONGEST_LABEL, MOST_OPTIONS, MOST_REPORTED, FieldReason
from mailflow.audience.models import Field
from mailflow.audience.words import FieldKind, Level


@dataclass(frozen=True)
class Kind:
    """One thing that a field can be: its name in addresses, its word, and an example."""

    name: str
    kind: FieldKind
    word: LazyString
    example: LazyString
    level: str = ""


KINDS = (
    Kind("string", FieldKind.STRING, lazy_gettext("Short text"), lazy_gettext("A surname, the name of a dog")),
    Kind("one-of", FieldKind.ONE_OF, lazy_gettext("One of several"), lazy_gettext("A shirt size: they choose one of your options")),
    Kind("many-of", FieldKind.MANY_OF, lazy_gettext("Several of a list"), lazy_gettext("What they like: they tick as many as they want")),
    Kind("boolean", FieldKind.BOOLEAN, lazy_gettext("Yes or no"), lazy_gettext("Has a garden: one box to tick")),
    Kind("number", FieldKind.NUMBER, lazy_gettext("Number"), lazy_gettext("Children at home, points")),
    Kind("money", FieldKind.MONEY, lazy_gettext("Amount of money"), lazy_gettext("What is left on a gift card")),
    Kind("date", FieldKind.DATE, lazy_gettext("Date"), lazy_gettext("A wedding day, the end of a guarantee")),
    Kind("telephone", FieldKind.TELEPHONE, lazy_gettext("Telephone"), lazy_gettext("A second number, at work")),
    Kind("city", FieldKind.PLACE, lazy_gettext("City"), lazy_gettext("Where the shop is that they go to"), Level.CITY),
    Kind("region", FieldKind.PLACE, lazy_gettext("Province"), lazy_gettext("Chosen from the provinces of Spain"), Level.REGION),
    Kind("country", FieldKind.PLACE, lazy_gettext("Country"), lazy_gettext("Chosen from the countries of the world"), Level.COUNTRY),
)

REFUSED: Mapping[FieldReason, tuple[str, LazyString]] = {
    FieldReason.LABEL: (
        "label_es",
        lazy_gettext("Give it a name in both languages, of at most %(count)s characters.", count=LONGEST_LABEL),
    ),
    FieldReason.HELP: ("help_es", lazy_gettext("At most %(count)s characters.", count=LONGEST_HELP)),
    FieldReason.NO_OPTIONS: ("options", lazy_gettext("Write at least one option to choose.")),
    FieldReason.MANY_OPTIONS: ("options", lazy_gettext("At most %(count)s options.", count=MOST_OPTIONS)),
    FieldReason.OPTION: ("options", lazy_gettext("Each option needs words of its own in both languages.")),
    FieldReason.CURRENCY: ("currency", lazy_gettext("Write the three letters of a currency, such as EUR.")),
    FieldReason.MANY_REPORTED: ("report", lazy_gettext("Reports can tell people apart by at most %(count)s fields.", count=MOST_REPORTED)),
    FieldReason.NOT_REPORTED: ("report", lazy_gettext("Reports cannot tell people apart by this kind of field.")),
}
"""Where on the page, and what to say."""


def kind_named(name: str) -> Kind | None:
    """The kind with this name in addresses."""
    return next((one for one in KINDS if one.name == name), None)


def kind_word(field: Field) -> str:
    """What a field's kind is called."""
    known = next((one for one in KINDS if one.kind == field.kind and one.level in ("", field.level)), None)
    return str(known.word) if known else field.kind
