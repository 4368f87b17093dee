"""As whom a newsletter is looked at: a subscriber found by address, or the sample reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.profile import values
from mailflow.content.person_words import is_worded, worded
from mailflow.content.preview import sample_facts
from mailflow.delivery.reads import known_fields

_SHOWN = 8


@dataclass(frozen=True)
class Reader:
    """Who looks: no number for the sample reader."""

    facts: Mapping[str, Any]
    id: int | None = None
    address: str = ""

    @property
    def name(self) -> str:
        """What to call the reader on the page."""
        return str(self.facts["subscriber"].get("first_name") or self.address)


def reader(session: Session, subscriber_id: int | None, language: str, shop: Mapping[str, str]) -> Reader:
    """The reader with that number, or the sample reader; offer and links are samples either way."""
    facts = sample_facts(language, shop)
    person = session.get(Subscriber, subscriber_id) if subscriber_id else None
    if person is None:
        return Reader(facts, None, str(facts["subscriber"]["email"]))
    own = _in_words(session, values(session, [person.id]).get(person.id, {}), language)
    return Reader({**facts, "subscriber": {**own, "email": person.email}}, person.id, person.email)


def matching(session: Session, text: str) -> list[tuple[int, str]]:
    """Numbers and addresses of subscribers whose address holds ``text``, a handful at most."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    query = select(Subscriber.id, Subscriber.email).where(Subscriber.email_key.contains(wanted, autoescape=True))
    return [(number, address) for number, address in session.execute(query.order_by(Subscriber.email_key).limit(_SHOWN))]


def _in_words(session: Session, known: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Values as the mail will say them."""
    fields = {field.key: field for field in known_fields(session, None).values() if is_worded(field)}
    return {key: worded(fields[key], value, language) if key in fields else value for key, value in known.items()}
