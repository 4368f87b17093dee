"""The first start: what must be there before anybody can sign up."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Field, Form, Installation, List
from mailflow.audience.queries import brand
from mailflow.audience.standard import first_brand, first_form, first_list, standard_fields


def first_start(session: Session, *, now: datetime) -> None:
    """Make the installation row, a brand, the standard fields, a list and the form "newsletter" where they are missing.

    Nothing that is there is changed, so it can run at every start.
    """
    if session.get(Installation, 1) is not None:
        _add_missing_fields(session)
        return
    session.add(Installation(id=1))
    _add_missing_fields(session)
    its = brand(session)
    if its is None:
        its = first_brand()
        session.add(its)
        session.flush()
    if session.scalar(select(List.id).limit(1)) is None and session.scalar(select(Form.id).limit(1)) is None:
        session.add_all((first_list(its, now=now), first_form(now=now)))
    session.flush()


def _add_missing_fields(session: Session) -> None:
    there = set(session.scalars(select(Field.key)))
    session.add_all(field for field in standard_fields() if field.key not in there)
    session.flush()
