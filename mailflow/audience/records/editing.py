"""What staff change of a person's record: what is known of her, her language, and who looks after her."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience import profile
from mailflow.audience.models import Subscriber
from mailflow.audience.words import FieldValue
from mailflow.foundation.language import known_language


@dataclass(frozen=True)
class Edit:
    """What the record says from now on; None takes a value away."""

    values: Mapping[str, FieldValue | None]
    language: str | None
    owner_id: int | None


def edit(session: Session, person: Subscriber, wanted: Edit, *, by: int, now: datetime) -> list[str]:
    """Put an edit in force, public and internal fields alike, with one line for all of it; the keys of what changed."""
    known = profile.values(session, [person.id])[person.id]
    changed = {key: value for key, value in wanted.values.items() if value != known.get(key)}
    profile.set_values(session, person.id, changed)
    keys = sorted(changed)
    language = known_language(wanted.language)
    if language and language != person.language:
        person.language = language
        keys.append("language")
    if wanted.owner_id != person.owner_id:
        person.owner_id = wanted.owner_id
        keys.append("owner")
    if keys:
        ledger.note(session, Kind.EDITED, person.id, now=now, detail={"by": by, "fields": keys})
    return keys
