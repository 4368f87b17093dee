"""The field registry: what may be asked, and reading the answers."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Field
from mailflow.audience.rules import parse_fields
from mailflow.audience.words import FieldFault, Parsed


def fields(session: Session, *, public_only: bool = False) -> list[Field]:
    """Every field in its order, archived ones too; with ``public_only`` those that a person may see and fill in herself."""
    wanted = select(Field).order_by(Field.position, Field.id)
    return list(session.scalars(wanted.where(Field.public, Field.archived_at.is_(None)) if public_only else wanted))


def live_fields(session: Session) -> list[Field]:
    """The fields that are still asked for and filled in, public and internal."""
    return [field for field in fields(session) if field.archived_at is None]


def parse(fields: Sequence[Field], raw: Mapping[str, Sequence[str]], *, today: date) -> Parsed:
    """Values and faults by key, what is required and was not said among them.

    A date may come as ``key`` in ISO form or as ``key_day``, ``key_month``, ``key_year``.
    """
    said = parse_fields(fields, raw, today=today)
    unsaid = (field.key for field in fields if field.required and said.values.get(field.key, False) is False)
    return Parsed(said.values, {**dict.fromkeys(unsaid, FieldFault.MISSING), **said.errors})
