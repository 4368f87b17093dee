"""Values of the profile in JSON: strict by kind, then read by the very rules that forms have."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from mailflow.api.problems import language
from mailflow.audience.models import Field
from mailflow.audience.rules import parse_fields
from mailflow.audience.words import FieldFault, FieldKind, FieldValue
from mailflow.foundation.language import Words, pick

MOST_CENTS = 10**14
_WRONG_KIND: Mapping[str, Words] = {
    FieldKind.BOOLEAN: {"es": "tiene que ser true o false", "en": "must be true or false"},
    FieldKind.NUMBER: {"es": "tiene que ser un número", "en": "must be a number"},
    FieldKind.MONEY: {"es": "tiene que ser un número entero de céntimos", "en": "must be a whole number of cents"},
    FieldKind.MANY_OF: {"es": "tiene que ser una lista de textos", "en": "must be a list of texts"},
}
_A_TEXT: Words = {"es": "tiene que ser un texto", "en": "must be a text"}
_UNKNOWN: Words = {"es": "lleva un campo que no se conoce", "en": "has a field that is not known"}
_FAULTS: Mapping[FieldFault, Words] = {
    FieldFault.TOO_LONG: {"es": "es demasiado largo", "en": "is too long"},
    FieldFault.CONTROL: {"es": "lleva signos que no se ven", "en": "holds signs that cannot be seen"},
    FieldFault.LINK: {"es": "lleva una dirección web", "en": "holds a web address"},
    FieldFault.NOT_A_CHOICE: {"es": "no es una de las opciones", "en": "is none of the options"},
    FieldFault.NOT_A_NUMBER: {"es": "no es un número que se pueda guardar", "en": "is no number that can be kept"},
    FieldFault.NO_SUCH_DAY: {"es": "no es un día: AAAA-MM-DD", "en": "is no day: YYYY-MM-DD"},
    FieldFault.IN_THE_FUTURE: {"es": "está en el futuro", "en": "lies in the future"},
    FieldFault.TOO_OLD: {"es": "es hace demasiado tiempo", "en": "is too long ago"},
    FieldFault.TOO_YOUNG: {"es": "es de alguien menor de 14 años", "en": "is of somebody younger than 14"},
    FieldFault.MISSING: {"es": "hace falta", "en": "is needed"},
}
_NOT_VALID: Words = {"es": "no es válido", "en": "is not valid"}


@dataclass
class Read:
    """What was read: ``status`` is 400 where a type is wrong, 422 where a value cannot be, 200 otherwise."""

    values: dict[str, FieldValue | None] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    status: int = 200


def read_values(fields: Iterable[Field], said: Mapping[str, Any], *, today: date) -> Read:
    """Values by key; null takes one away."""
    known, read = {row.key: row for row in fields}, Read()
    for key, value in said.items():
        row = known.get(key)
        if row is None:
            _refuse(read, 400, "", _UNKNOWN)  # an unknown name is the sender's text: never repeated
        elif value is None:
            read.values[key] = None
        elif not _fits(row.kind, value):
            _refuse(read, 400, key, _WRONG_KIND.get(row.kind, _A_TEXT))
        elif row.kind == FieldKind.MONEY:
            read.values[key] = value
        else:
            _parse(read, row, value, today)
    return read


def _parse(read: Read, row: Field, value: Any, today: date) -> None:
    parsed = parse_fields([row], {row.key: _as_typed(value)}, today=today)
    if fault := parsed.errors.get(row.key):
        _refuse(read, 422, row.key, _FAULTS.get(fault, _NOT_VALID))
    else:
        read.values[row.key] = parsed.values.get(row.key)


def _refuse(read: Read, status: int, key: str, words: Words) -> None:
    read.status = 400 if 400 in (status, read.status) else status
    read.errors.append({"pointer": f"#/values/{key}" if key else "#/values", "detail": pick(words, language())})


def _fits(kind: str, value: Any) -> bool:
    """Whether a value is of the JSON type of its kind."""
    check: Callable[[Any], bool] = _TYPES.get(kind, lambda one: isinstance(one, str))
    return check(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 and math.isfinite(value)


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    FieldKind.BOOLEAN: lambda value: isinstance(value, bool),
    FieldKind.NUMBER: _is_number,
    FieldKind.MONEY: lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_CENTS,
    FieldKind.MANY_OF: lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
}


def _as_typed(value: Any) -> list[str]:
    """A value as a form would send it."""
    if isinstance(value, list):
        return value
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [value if isinstance(value, str) else format(Decimal(repr(value)), "f")]


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Known values as they go over the wire: days in ISO form, amounts in whole cents."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
