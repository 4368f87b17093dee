"""Making, changing and ending fields: keys and kinds stay for good, and no value is ever lost by a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.countries import country_options
from mailflow.audience.field_rules import CHOSEN, FieldReason, FieldSheet, key_fault, key_of, merged_options, options_fault, sheet_fault
from mailflow.audience.fields import fields
from mailflow.audience.models import Field, Form, ProfileValue
from mailflow.audience.provinces import province_options
from mailflow.audience.standard import STANDARD
from mailflow.audience.words import FieldKind, Level


@dataclass(frozen=True)
class FieldOutcome:
    """What became of it, and the field where there is one."""

    reason: FieldReason
    field: Field | None = None


@dataclass(frozen=True)
class NewField:
    """What a field is for good: its kind, the level of a place, the currency of amounts; a key, or "" to have one made."""

    kind: FieldKind
    level: str = ""
    currency: str = ""
    key: str = ""


def create_field(session: Session, new: NewField, sheet: FieldSheet) -> FieldOutcome:
    """A new field after all others; nobody has a value of it yet."""
    level, currency = _only_for(new)
    if refused := _refused(session, None, new.kind, sheet, level, currency):
        return FieldOutcome(refused)
    taken = set(session.scalars(select(Field.key)))
    if new.key and (key_fault(new.key) or new.key in taken):
        return FieldOutcome(FieldReason.KEY_TAKEN if new.key in taken else FieldReason.KEY)
    last = session.scalar(select(func.max(Field.position))) or 0
    made = Field(key=new.key or key_of(sheet.label, taken), kind=new.kind, level=level, currency=currency, position=last + 1)
    options = country_options() if level == Level.COUNTRY else province_options() if level == Level.REGION else []
    made.options = merged_options([], sheet.options, ()) if new.kind in CHOSEN else options
    _write(made, sheet)
    session.add(made)
    session.flush()
    return FieldOutcome(FieldReason.MADE, made)


def change_field(session: Session, row: Field, sheet: FieldSheet) -> FieldOutcome:
    """Other words, options and marks; an option that somebody has is never lost, only offered no more."""
    kind = FieldKind(row.kind)
    if refused := _refused(session, row, kind, sheet, row.level, row.currency):
        return FieldOutcome(refused, row)
    if kind in CHOSEN:
        row.options = merged_options(row.options, sheet.options, option_counts(session, row))
    _write(row, sheet)
    session.flush()
    return FieldOutcome(FieldReason.CHANGED, row)


def end_field(session: Session, row: Field, *, named: bool, now: datetime) -> FieldOutcome:
    """Take a field out of use: deleted where nobody has a value, nothing names it and it is none of the standard ones; else archived."""
    if named or row.key in STANDARD or people_with(session, row) or forms_asking(session, row.key):
        row.archived_at = row.archived_at or now
        session.flush()
        return FieldOutcome(FieldReason.ARCHIVED, row)
    session.delete(row)
    session.flush()
    return FieldOutcome(FieldReason.DELETED)


def bring_back(session: Session, row: Field) -> FieldOutcome:
    """Let an archived field be asked for again."""
    row.archived_at = None
    session.flush()
    return FieldOutcome(FieldReason.BACK, row)


def put_in_order(session: Session, keys: Sequence[str]) -> None:
    """Let fields be asked in this order; those not named come after, as they stood."""
    places = {key: place for place, key in enumerate(keys)}
    registry = fields(session)
    for position, row in enumerate(sorted(registry, key=lambda one: places.get(one.key, len(places))), start=1):
        row.position = position
    session.flush()


def people_with(session: Session, row: Field) -> int:
    """How many people have a value of this field."""
    return session.scalar(select(func.count(ProfileValue.subscriber_id.distinct())).where(ProfileValue.field_id == row.id)) or 0


def option_counts(session: Session, row: Field) -> dict[str, int]:
    """How many people have chosen each option; one that nobody has is left out."""
    counted = select(ProfileValue.text, func.count()).where(ProfileValue.field_id == row.id).group_by(ProfileValue.text)
    return {str(key): number for key, number in session.execute(counted)}


def forms_asking(session: Session, key: str) -> list[Form]:
    """The sign-up forms that ask for a field."""
    return [form for form in session.scalars(select(Form).order_by(Form.id)) if key in form.field_keys]


def _only_for(new: NewField) -> tuple[str, str]:
    return new.level if new.kind == FieldKind.PLACE else "", new.currency if new.kind == FieldKind.MONEY else ""


def _refused(session: Session, row: Field | None, kind: FieldKind, sheet: FieldSheet, level: str, currency: str) -> FieldReason | None:
    reported = [one for one in fields(session) if one.report and one.archived_at is None and one is not row]
    by_age = row is not None and row.key == "birth_date"
    fault = sheet_fault(kind, sheet, level=level, currency=currency, reported=len(reported))
    if fault and not (fault is FieldReason.NOT_REPORTED and by_age):
        return fault
    return options_fault(sheet.options) if kind in CHOSEN else None


def _write(row: Field, sheet: FieldSheet) -> None:
    row.label = {language: text.strip() for language, text in sheet.label.items()}
    row.help = {language: text.strip() for language, text in sheet.help.items() if text.strip()}
    row.public, row.required, row.report = sheet.public, sheet.required and sheet.public, sheet.report
