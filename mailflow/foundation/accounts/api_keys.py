"""API keys: shown once, kept as a digest, scoped, revocable at once."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.foundation.accounts.models import ApiKey

SCOPES = (
    *("events:write", "campaigns:read", "messages:read", "campaigns:write", "imports:read", "imports:write"),
    *("lists:read", "lists:write", "fields:read", "fields:write", "subscribers:read", "subscribers:write"),
    *("segments:read", "segments:write", "suppressions:read", "suppressions:write"),
)
"""What a key may be allowed: tell orders; see campaigns and their counts, who got them, by address, and decide about them; see imports
with their reports, bring people in and take them back; see and change what people can join, what is known of them, who they are, who
qualifies, and who gets nothing."""
_LEAST = SCOPES[:1]
_START = "mf_live_"


@dataclass(frozen=True)
class ApiKeyMade:
    """A key at the only moment when its text is known."""

    id: int
    text: str


def make_api_key(session: Session, name: str, *, scopes: Sequence[str] = _LEAST, now: datetime) -> ApiKeyMade:
    """A new key of 32 random bytes; show its text now, since only the digest is kept."""
    text = _START + secrets.token_urlsafe(32)
    row = ApiKey(name=name, prefix=text[: len(_START) + 4], digest=_digest(text), scopes=list(scopes), created_at=now)
    session.add(row)
    session.flush()
    return ApiKeyMade(row.id, text)


def find_api_key(session: Session, text: str) -> ApiKey | None:
    """The live key with this text; looked up by digest, so that comparing it leaks no timing (S-36)."""
    return session.scalar(select(ApiKey).where(ApiKey.digest == _digest(text), ApiKey.revoked_at.is_(None)))


def revoke_api_key(session: Session, key_id: int, *, now: datetime) -> bool:
    """End a key; False when there is none or it had ended."""
    row = session.get(ApiKey, key_id)
    if row is None or row.revoked_at:
        return False
    row.revoked_at = now
    return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
