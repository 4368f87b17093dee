"""Limits that the people who run the installation set for a provider."""

import re

from sqlalchemy.orm import Session

from mailflow.delivery.families import family_named, family_of
from mailflow.delivery.models import ProviderLimit

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
MOST_A_MINUTE, MOST_CONNECTIONS = 1_000_000, 500


def provider_meant(typed: str) -> str | None:
    """The provider that somebody means: one of the large ones by its name or any of its domains, or a domain; None for neither."""
    text = typed.strip().lower().rpartition("@")[2]
    return family_named(text) or (family_of(text) if _DOMAIN.fullmatch(text) else None)


def set_limit(session: Session, provider: str, *, per_minute: int | None, connections: int | None) -> None:
    """From the next turn of each sender on; without any number the provider is limited no more."""
    row = session.get(ProviderLimit, provider)
    if row and per_minute is None and connections is None:
        session.delete(row)
    elif row:
        row.per_minute, row.connections = per_minute, connections
    elif per_minute is not None or connections is not None:
        session.add(ProviderLimit(provider=provider, per_minute=per_minute, connections=connections))
    session.flush()
