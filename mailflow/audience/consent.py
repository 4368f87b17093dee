"""Writing consent lines: what was agreed to or withdrawn, in which words, from where."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience.models import ConsentLine
from mailflow.audience.rules import shorten_network
from mailflow.audience.words import Consent, Origin

LONGEST_AGENT = 200


@dataclass(frozen=True)
class Evidence:
    """The words that were shown, where, how the answer was given, and what shows it."""

    wording: str
    language: str
    source: str
    method: str
    origin: Origin
    proof: str = ""


def record(
    session: Session, subscriber_id: int, purpose: Consent, granted: bool, evidence: Evidence, *, now: datetime, list_id: int | None = None
) -> None:
    """Append one line; lines are never changed."""
    session.add(
        ConsentLine(
            subscriber_id=subscriber_id,
            at=now,
            purpose=purpose,
            list_id=list_id,
            granted=granted,
            wording=evidence.wording,
            wording_digest=digest(evidence.wording),
            language=evidence.language,
            source=evidence.source,
            method=evidence.method,
            network=shorten_network(evidence.origin.network),
            agent=evidence.origin.agent[:LONGEST_AGENT],
            proof=evidence.proof,
        )
    )


def digest(wording: str) -> str:
    """SHA-256 of a wording, by which lines with the same words are found."""
    return hashlib.sha256(wording.encode()).hexdigest()
