"""Who gets nothing, no marketing, or nothing of one list: by address, by domain, or by another's list of hashes.

Addresses are kept as keyed hashes only, so that they stay known after erasure and tell nobody else anything.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Suppression, SuppressionLine
from mailflow.audience.words import HERS_ALONE, Scope, SuppressionReason, of_list
from mailflow.foundation.among import among_given
from mailflow.foundation.database import columns
from mailflow.foundation.ring import Ring

_NOTHING: frozenset[str] = frozenset()
_DOMAINS = "domain"
_FOREIGN = {"sha256": hashlib.sha256, "md5": hashlib.md5}
"""Of the address in lower case: how lists of people who want no advertising come."""
_RARE = (_DOMAINS, *_FOREIGN)
_DOMAIN = re.compile(r"@?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63})")
_DIGEST = re.compile(r"(?:(?:sha256|md5):)?([0-9a-f]{64}|[0-9a-f]{32})")

_s = columns(Suppression)
_KNOWN = select(_s.address_hash, _s.scope, _s.asked_until).where(among_given(_s.address_hash, "marks", String))
_FORMS = select(*(select(_s.id).where(_s.form == form).exists().label(form) for form in _RARE))


class Mark(NamedTuple):
    """What stands for an address, a domain, or somebody's digest of an address: ``form`` is address, domain, sha256 or md5."""

    form: str
    text: str


def mark_of(typed: str, *, ring: Ring) -> Mark | None:
    """The mark of what somebody typed or a list holds; None where it is none of the three."""
    plain = typed.strip().lower()
    if found := _DIGEST.fullmatch(plain):
        form = "sha256" if len(found[1]) == 64 else "md5"
        return Mark(form, f"{form}:{found[1]}")
    local, _, domain = plain.rpartition("@")
    if not local:
        found = _DOMAIN.fullmatch(plain)
        return Mark("domain", f"@{found[1]}") if found else None
    return Mark("address", ring.hash(plain)) if _DOMAIN.fullmatch(domain) and not any(map(str.isspace, local)) else None


def suppress(
    session: Session,
    what: str | Mark,
    reason: SuppressionReason,
    *,
    ring: Ring,
    now: datetime,
    scope: str = Scope.EVERYTHING,
    by: str = "",
    note: str = "",
) -> bool:
    """Write no more, or nothing of ``scope``, to an address, domain or digest; whether that is new.

    The first reason stays, but for one that only she can take back.
    """
    mark = what if isinstance(what, Mark) else Mark("address", ring.hash(what))
    old = session.scalar(select(Suppression).where(Suppression.address_hash == mark.text, Suppression.scope == scope))
    if old is None:
        session.add(Suppression(address_hash=mark.text, form=mark.form, scope=scope, reason=reason, at=now, by=by, note=note))
    elif old.asked_until is not None or (reason in HERS_ALONE and old.reason not in HERS_ALONE):
        old.asked_until, old.reason, old.at, old.by, old.note = None, reason, now, by, note
    else:
        return False
    session.add(SuppressionLine(at=now, address_hash=mark.text, scope=scope, event="added", reason=reason, by=by, note=note))
    session.flush()
    return old is None


def blocks(session: Session, addresses: Collection[str], *, ring: Ring, now: datetime) -> Mapping[str, frozenset[str]]:
    """The scopes that each of these addresses gets nothing of; who gets everything is left out.

    Who is being asked whether she wants to come back may get that mail.
    """
    found: dict[str, frozenset[str]] = {}
    for address, scope, asked_until in _rows(session, addresses, ring):
        asked = scope == Scope.EVERYTHING and asked_until is not None and asked_until > now
        found[address] = found.get(address, _NOTHING) | {Scope.MARKETING.value if asked else scope}
    return found


def unwanted(session: Session, addresses: Collection[str], list_id: int, *, ring: Ring) -> set[str]:
    """Which of these addresses nobody but their owner may put into this list."""
    scopes = {Scope.EVERYTHING, Scope.MARKETING, of_list(list_id)}
    return {address for address, scope, _ in _rows(session, addresses, ring) if scope in scopes}


def marks_of(session: Session, addresses: Collection[str], *, ring: Ring) -> dict[str, list[str]]:
    """Every mark under which these addresses may be known, with the addresses it stands for."""
    marks: dict[str, list[str]] = defaultdict(list)
    forms = _forms(session)
    for address in addresses:
        for mark in (ring.hash(address), *_others(address, forms)):
            marks[mark].append(address)
    return marks


def _rows(session: Session, addresses: Collection[str], ring: Ring) -> list[tuple[str, str, datetime | None]]:
    """What is kept of each address. Nearly always nothing: which mark is whose is worked out for who is found only."""
    forms = _forms(session)
    marks = [ring.hash(address) for address in addresses]
    if forms:
        marks += {mark for address in addresses for mark in _others(address, forms)}
    found = session.connection().execute(_KNOWN, {"marks": marks}).all()
    if not found:
        return []
    whose = marks_of(session, addresses, ring=ring)
    return [(address, scope, asked_until) for mark, scope, asked_until in found for address in whose[mark]]


def _forms(session: Session) -> list[str]:
    """Which marks but keyed hashes are kept at all: the others need not be made."""
    return [form for form, there in zip(_RARE, session.connection().execute(_FORMS).one(), strict=True) if there]


def _others(address: str, forms: Collection[str]) -> list[str]:
    plain = address.strip().lower()
    return [plain[plain.rfind("@") :] if form == _DOMAINS else f"{form}:{_FOREIGN[form](plain.encode()).hexdigest()}" for form in forms]


def gets_nothing(session: Session, address: str, *, ring: Ring, now: datetime) -> bool:
    """Whether not even a confirmation may go to this address."""
    return Scope.EVERYTHING in blocks(session, [address], ring=ring, now=now).get(address, _NOTHING)
