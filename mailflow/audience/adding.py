"""Adding and changing somebody by a program that the shop trusts: known by her address; who joins a list proves it first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from mailflow.audience import consent, levels, profile
from mailflow.audience.finding.index import index_people
from mailflow.audience.importing.words import Basis
from mailflow.audience.lifting import hers_to_lift
from mailflow.audience.limits import was_written_lately
from mailflow.audience.memberships import join, subscriptions
from mailflow.audience.models import Subscriber
from mailflow.audience.records.former import person_of
from mailflow.audience.requests import open_request
from mailflow.audience.signup import mark_pending
from mailflow.audience.suppression import gets_nothing, unwanted
from mailflow.audience.words import Consent, FieldValue, Origin, SourceClass, SubscriptionState
from mailflow.foundation.ring import Ring

SOURCE = "api"


class AddReason(StrEnum):
    """What became of adding or changing somebody."""

    CREATED = "created"
    UPDATED = "updated"
    NO_GROUNDS = "no-grounds"
    """Somebody new, or a list to join, and nothing says on what grounds."""
    SUPPRESSED = "suppressed"
    """Nobody may write to this address; she was not added."""


class Joined(StrEnum):
    """What became of one list she was to join."""

    CONFIRMATION_DUE = "confirmation-due"
    CONFIRMED = "confirmed"
    ALREADY = "already-confirmed"
    LEFT = "left"
    """She left it herself: only her own confirmation brings her back."""
    SUPPRESSED = "suppressed"
    ASKED_RECENTLY = "asked-recently"


@dataclass(frozen=True)
class Grounds:
    """On what grounds she may be written to: the basis, the words she agreed to, and where she did."""

    basis: Basis
    wording: str
    source: str


@dataclass(frozen=True)
class Person:
    """What is said of somebody; ``email`` was read by ``address.read_address``; a value of None takes what was known away."""

    email: str
    language: str | None = None
    zone: str | None = None
    values: Mapping[str, FieldValue | None] = field(default_factory=dict)
    list_ids: Sequence[int] = ()
    grounds: Grounds | None = None
    proven: bool = False
    """That she has shown already that the address is hers: she joins at once, without a mail to confirm."""


@dataclass(frozen=True)
class Added:
    """What became of it, who she is, and of each list."""

    reason: AddReason
    subscriber_id: int | None = None
    lists: Mapping[int, Joined] = field(default_factory=dict)


def add_or_change(session: Session, said: Person, *, ring: Ring, now: datetime) -> Added:
    """Make her known or change what is known; lists are only joined, never left, and by whoever left one only with her own button."""
    person = _known(session, said)
    if said.grounds is None and (person is None or said.list_ids):
        return Added(AddReason.NO_GROUNDS)
    if person is None and gets_nothing(session, said.email, ring=ring, now=now):
        return Added(AddReason.SUPPRESSED)
    reason = AddReason.CREATED if person is None else AddReason.UPDATED
    person = person or _newcomer(session, said, now=now)
    if _is_hers(person, said):
        person.language, person.zone = said.language or person.language, said.zone or person.zone
        profile.set_values(session, person.id, said.values)
    if reason is AddReason.CREATED:
        levels.begin(session, person, said.values, now=now)
    joined = _join(session, person, said, said.grounds, ring=ring, now=now) if said.grounds and said.list_ids else {}
    session.flush()
    return Added(reason, person.id, joined)


def _known(session: Session, said: Person) -> Subscriber | None:
    """Whose address it is; who had it before only where a list is joined without a mail, lest that bring back who left."""
    person = person_of(session, said.email)
    return person if person and (_is_hers(person, said) or (said.proven and said.list_ids)) else None


def _is_hers(person: Subscriber, said: Person) -> bool:
    return person.email_key == said.email.lower()


def _newcomer(session: Session, said: Person, *, now: datetime) -> Subscriber:
    person = Subscriber(email=said.email, email_key=said.email.lower(), source=SOURCE, source_class=SourceClass.SHOP, created_at=now)
    session.add(person)
    session.flush()
    index_people(session, [person.id])
    return person


def _join(session: Session, person: Subscriber, said: Person, grounds: Grounds, *, ring: Ring, now: datetime) -> dict[int, Joined]:
    places = subscriptions(session, person.id)
    states = {one: places[one].state if one in places else "" for one in said.list_ids}
    found = {one: Joined.ALREADY for one, state in states.items() if state == SubscriptionState.CONFIRMED}
    addresses = sorted({person.email, said.email})  # one that she had before blocks her as well
    blocked = any(gets_nothing(session, one, ring=ring, now=now) for one in addresses)
    for one in [one for one in states if one not in found]:
        if blocked or (said.proven and unwanted(session, addresses, one, ring=ring)):
            found[one] = Joined.SUPPRESSED
        elif said.proven and states[one] == SubscriptionState.LEFT:
            found[one] = Joined.LEFT
    wanted = [one for one in states if one not in found]
    if wanted and said.proven:
        join(session, person, wanted, _evidence(person, grounds, f"basis:{grounds.basis}"), now=now)
    outcome = Joined.CONFIRMED if said.proven else _ask(session, person, wanted, grounds, ring=ring, now=now)
    return found | dict.fromkeys(wanted, outcome)


def _ask(session: Session, person: Subscriber, list_ids: Sequence[int], grounds: Grounds, *, ring: Ring, now: datetime) -> Joined:
    """A mail to confirm these lists, unless she was asked a moment ago."""
    if list_ids and was_written_lately(session, person.id, for_lists=True, now=now):
        return Joined.ASKED_RECENTLY
    if list_ids:
        mark_pending(session, person.id, list_ids, now=now)
        evidence = _evidence(person, grounds, "")
        held = {
            "values": {},
            "tracking": False,
            "wording": grounds.wording,
            "tracking_wording": "",
            "source": evidence.source,
            "network": "",
            "agent": "",
            "lifts": hers_to_lift(session, person.email, list_ids, ring=ring),
        }
        request = open_request(session, person.id, list_ids, language=evidence.language, held=held, now=now)
        for list_id in list_ids:
            given = consent.Evidence(grounds.wording, evidence.language, evidence.source, SOURCE, Origin(), f"request:{request.id}")
            consent.record(session, person.id, Consent.NEWSLETTER, True, given, now=now, list_id=list_id)
    return Joined.CONFIRMATION_DUE


def _evidence(person: Subscriber, grounds: Grounds, proof: str) -> consent.Evidence:
    return consent.Evidence(grounds.wording, person.language or "", f"{SOURCE}:{grounds.source}", SOURCE, Origin(), proof)
