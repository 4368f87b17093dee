"""Reading and writing what is known about people, typed by the field registry."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailflow.audience.finding.index import NAME_FIELDS, index_people
from mailflow.audience.models import Field, ProfileValue
from mailflow.audience.words import FieldKind, FieldValue, Telephone
from mailflow.foundation.among import among


def values(session: Session, subscriber_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is known of each person, by field key; an empty dict for somebody of whom nothing is."""
    found: dict[int, dict[str, Any]] = {person: {} for person in subscriber_ids}
    rows = session.execute(
        select(
            ProfileValue.subscriber_id, ProfileValue.text, ProfileValue.number, ProfileValue.day, ProfileValue.cents, Field.key, Field.kind
        )
        .join(Field, Field.id == ProfileValue.field_id)
        .where(among(ProfileValue.subscriber_id, subscriber_ids))
        .order_by(ProfileValue.subscriber_id, ProfileValue.field_id, ProfileValue.position)
    )
    for person, text, number, day, cents, key, kind in rows:
        if kind == FieldKind.MANY_OF:
            found[person].setdefault(key, []).append(text)
        elif kind == FieldKind.TELEPHONE:
            found[person][key] = Telephone(found[person].get(key) or text or "", text or "")
        else:
            found[person][key] = _value(kind, text, number, day, cents)
    return found


def set_values(session: Session, subscriber_id: int, values: Mapping[str, FieldValue | None]) -> None:
    """Replace these fields' values; None, an empty text or list takes the value away; a key that is no field raises KeyError."""
    known = {field.key: field for field in session.scalars(select(Field).where(Field.key.in_(values)))}
    for key, value in values.items():
        field = known[key]
        session.execute(delete(ProfileValue).where(ProfileValue.subscriber_id == subscriber_id, ProfileValue.field_id == field.id))
        kept = [one for one in parts_of(value) if one is not None and one != ""]
        session.add_all(
            ProfileValue(subscriber_id=subscriber_id, field_id=field.id, position=place, **columns_of(field.kind, one))
            for place, one in enumerate(kept)
        )
    session.flush()
    if any(field.key in NAME_FIELDS or field.kind == FieldKind.TELEPHONE for field in known.values()):
        index_people(session, [subscriber_id])


def parts_of(value: Any) -> list[Any]:
    """What a value is kept as, a row for each: of a telephone, the number in E.164 and then what was typed."""
    if isinstance(value, Telephone):
        return [str(value), value.typed]
    return value if isinstance(value, list) else [value]


def _value(kind: str, text: str | None, number: float | None, day: date | None, cents: int | None) -> Any:
    if kind == FieldKind.BOOLEAN:
        return bool(number)
    return {FieldKind.NUMBER: number, FieldKind.DATE: day, FieldKind.MONEY: cents}.get(FieldKind(kind), text)


def columns_of(kind: str, value: Any) -> dict[str, Any]:
    """A value of a field of this kind in the column that holds it; the others are empty."""
    empty: dict[str, Any] = {"text": None, "number": None, "day": None, "cents": None}
    if kind in (FieldKind.NUMBER, FieldKind.BOOLEAN):
        return empty | {"number": float(value)}
    if kind == FieldKind.DATE:
        return empty | {"day": value if isinstance(value, date) else date.fromisoformat(value)}
    return empty | ({"cents": int(value)} if kind == FieldKind.MONEY else {"text": str(value)})


def as_json(values: Mapping[str, FieldValue]) -> dict[str, Any]:
    """Values in a form that a JSON column keeps; ``set_values`` takes them back."""
    return {key: _jsonable(value) for key, value in values.items()}


def _jsonable(value: FieldValue) -> Any:
    if isinstance(value, Telephone):
        return parts_of(value)
    return value.isoformat() if isinstance(value, date) else value
