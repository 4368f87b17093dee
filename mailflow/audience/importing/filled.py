"""Values that an import filled in: known again by a digest, and taken away if they are still the same."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailflow.audience.models import ProfileValue
from mailflow.foundation.among import among

_COLUMNS = ("text", "number", "day", "cents")


def digest_of(parts: Sequence[Any]) -> str:
    """Of what a value is kept as: of each row the column, and what stands in it as JSON has it."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def empty_again(session: Session, filled: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """Take away those that nobody changed since: person, field and digest of each; how many were, and how many were not."""
    there: dict[tuple[int, int], list[ProfileValue]] = defaultdict(list)
    theirs = select(ProfileValue).where(among(ProfileValue.subscriber_id, [person for person, _, _ in filled]))
    for value in session.scalars(theirs.order_by(ProfileValue.position)):
        there[value.subscriber_id, value.field_id].append(value)
    same = [(person, field) for person, field, filled_with in filled if digest_of([*map(_part, there[person, field])]) == filled_with]
    for person, field in same:
        session.execute(delete(ProfileValue).where(ProfileValue.subscriber_id == person, ProfileValue.field_id == field))
    return len(same), sum((person, field) in there for person, field, _ in filled) - len(same)


def _part(value: ProfileValue) -> tuple[str, Any]:
    name, held = next((name, held) for name in _COLUMNS if (held := getattr(value, name)) is not None)
    return name, held.isoformat() if name == "day" else held
