"""Writing consent lines: what was agreed to or withdrawn, in which words, from where."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from mailflow.audience.models import ConsentLine
from mailflow.audience.rules import shorten_network
from mailflow.audience.wordings import keep_wording
from mailflow.audience.words import Consent, Origin, Tracking

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
    _append(session, subscriber_id, evidence, {"purpose": purpose, "granted": granted, "list_id": list_id}, now)


def record_level(session: Session, subscriber_id: int, level: Tracking, evidence: Evidence, *, now: datetime) -> None:
    """Append a line about how closely opens and clicks are kept; only the closest is something to agree to (CNIL 2026-042)."""
    what = {"purpose": Consent.TRACKING, "granted": level is Tracking.INDIVIDUAL, "choice": level, "list_id": None}
    _append(session, subscriber_id, evidence, what, now)


def _append(session: Session, subscriber_id: int, evidence: Evidence, what: dict[str, Any], now: datetime) -> None:
    key = digest(evidence.wording)
    if evidence.wording:
        keep_wording(session, evidence.source, what["purpose"], evidence.language, (key, evidence.wording), now=now)
    session.add(
        ConsentLine(
            subscriber_id=subscriber_id,
            at=now,
            wording=evidence.wording,
            wording_digest=key,
            language=evidence.language,
            source=evidence.source,
            method=evidence.method,
            network=shorten_network(evidence.origin.network),
            agent=evidence.origin.agent[:LONGEST_AGENT],
            proof=evidence.proof,
            **what,
        )
    )


def digest(wording: str) -> str:
    """SHA-256 of a wording, by which lines with the same words are found."""
    return hashlib.sha256(wording.encode()).hexdigest()


@event.listens_for(ConsentLine, "before_update")
def _never_changed(*_: object) -> None:
    message = "a consent line is never changed"
    raise TypeError(message)
