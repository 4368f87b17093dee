"""Addresses that get nothing, remembered by keyed hash so that they stay known after erasure."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Suppression
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.among import among_given
from mailflow.foundation.database import columns
from mailflow.foundation.ring import Ring


def suppress(session: Session, address: str, reason: SuppressionReason, *, ring: Ring, now: datetime) -> bool:
    """Write no more to this address; whether that is new (the first reason stays)."""
    address_hash = ring.hash(address)
    if suppressed(session, [address_hash]):
        return False
    session.add(Suppression(address_hash=address_hash, reason=reason, at=now))
    session.flush()
    return True


_KNOWN = select(columns(Suppression).address_hash).where(among_given(columns(Suppression).address_hash, "hashes", String))


def suppressed(session: Session, hashes: Collection[str]) -> set[str]:
    """Which of these hashed addresses get nothing."""
    return set(session.connection().scalars(_KNOWN, {"hashes": list(hashes)}))
