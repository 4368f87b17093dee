"""The field registry: what may be asked, and reading the answers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Field
from mailflow.audience.rules import parse_fields
from mailflow.audience.words import Parsed


def fields(session: Session, *, public_only: bool = False) -> list[Field]:
    """Every field in its order; with ``public_only`` those that a person may see and fill in herself."""
    wanted = select(Field).order_by(Field.position, Field.id)
    return list(session.scalars(wanted.where(Field.public) if public_only else wanted))


def parse(fields: Iterable[Field], raw: Mapping[str, Sequence[str]], *, today: date) -> Parsed:
    """Values and faults by key; a date may come as ``key`` in ISO form or as ``key_day``, ``key_month``, ``key_year``."""
    return parse_fields(fields, raw, today=today)
