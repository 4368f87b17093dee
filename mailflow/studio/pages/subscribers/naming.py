"""What a person is called on our pages."""

from typing import Any

from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.profile import values


def full_name(known: dict[str, Any]) -> str:
    """First and last name, as far as they are known."""
    return " ".join(str(known[key]) for key in ("first_name", "last_name") if known.get(key))


def name_of(session: Session, person: Subscriber) -> str:
    """Her name, else her address."""
    return full_name(values(session, [person.id])[person.id]) or person.email
