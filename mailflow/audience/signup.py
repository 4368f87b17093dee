"""Sign-up: a stranger types an address; nothing counts until its owner confirms, and nobody loses anything by it.

What the form says of a person (values, consent to tracking, language) is held with the request until the mailed link was used:
anybody can type anybody's address, so a form may neither change nor invent what is known of somebody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience import consent
from mailflow.audience.finding.index import index_people
from mailflow.audience.lifting import hers_to_lift
from mailflow.audience.limits import network_is_busy, was_written_lately
from mailflow.audience.models import ConfirmationRequest, Form, Subscriber, Subscription
from mailflow.audience.profile import as_json
from mailflow.audience.requests import open_request
from mailflow.audience.rules import shorten_network
from mailflow.audience.suppression import gets_nothing
from mailflow.audience.words import Consent, Origin, SignUpEntry, SignUpOutcome, SignUpReason, SubscriptionState
from mailflow.foundation.language import pick
from mailflow.foundation.ring import Ring


def sign_up(session: Session, form: Form, entry: SignUpEntry, *, now: datetime, ring: Ring) -> SignUpOutcome:
    """Ask the owner of the address to confirm the lists she is not in yet; one mail for all of them."""
    # The same look-ups in the same order for everybody, so that the time taken tells little.
    blocked = gets_nothing(session, entry.email, ring=ring, now=now)
    # Whoever had this address before is not asked: its mailbox may be somebody else's by now.
    person = session.scalar(select(Subscriber).where(Subscriber.email_key == entry.email.lower()))
    if network_is_busy(session, entry.email, entry.network, ring=ring, now=now):
        return SignUpOutcome(SignUpReason.ASKED_RECENTLY)
    if blocked:
        return SignUpOutcome(SignUpReason.SUPPRESSED)
    person = person or _newcomer(session, form, entry, now=now)
    missing = _lists_to_confirm(session, person.id, entry.list_ids)
    if was_written_lately(session, person.id, for_lists=bool(missing), now=now):
        _add_to_open_request(session, person.id, missing, now=now)
        return SignUpOutcome(SignUpReason.ASKED_RECENTLY)
    lifts = hers_to_lift(session, person.email, missing, ring=ring)
    return _ask(session, form, person, missing, entry, lifts, now=now)


def _newcomer(session: Session, form: Form, entry: SignUpEntry, *, now: datetime) -> Subscriber:
    person = Subscriber(
        email=entry.email,
        email_key=entry.email.lower(),
        language=entry.language,
        source=f"form:{form.slug}",
        source_class=form.source_class,
        created_at=now,
    )
    session.add(person)
    session.flush()
    index_people(session, [person.id])
    return person


def _lists_to_confirm(session: Session, subscriber_id: int, list_ids: Sequence[int]) -> list[int]:
    confirmed = set(
        session.scalars(
            select(Subscription.list_id).where(
                Subscription.subscriber_id == subscriber_id, Subscription.state == SubscriptionState.CONFIRMED
            )
        )
    )
    return [list_id for list_id in dict.fromkeys(list_ids) if list_id not in confirmed]


def _ask(
    session: Session, form: Form, person: Subscriber, missing: Sequence[int], entry: SignUpEntry, lifts: list[int], *, now: datetime
) -> SignUpOutcome:
    mark_pending(session, person.id, missing, now=now)
    held = _held(form, entry) if missing else {}
    if missing and lifts:
        held["lifts"] = lifts
    request = open_request(session, person.id, missing, language=entry.language, held=held, now=now)
    for list_id in missing:
        consent.record(session, person.id, Consent.NEWSLETTER, True, box_evidence(request), now=now, list_id=list_id)
    reason = SignUpReason.CONFIRMATION_DUE if missing else SignUpReason.ALREADY_CONFIRMED
    return SignUpOutcome(reason, request.id)


def mark_pending(session: Session, subscriber_id: int, list_ids: Sequence[int], *, now: datetime) -> None:
    """A list once left stays left until the confirmation: a stranger's form must not change even that."""
    known = set(session.scalars(select(Subscription.list_id).where(Subscription.subscriber_id == subscriber_id)))
    session.add_all(
        Subscription(subscriber_id=subscriber_id, list_id=list_id, state=SubscriptionState.PENDING, asked_at=now)
        for list_id in list_ids
        if list_id not in known
    )
    session.flush()


def _held(form: Form, entry: SignUpEntry) -> dict[str, Any]:
    return {
        "values": as_json(entry.values),
        "tracking": entry.tracking,
        "wording": pick(form.consent_wording, entry.language),
        "tracking_wording": pick(form.tracking_wording, entry.language),
        "source": f"form:{form.slug}",
        "network": shorten_network(entry.network),
        "agent": entry.agent[: consent.LONGEST_AGENT],
    }


def box_evidence(request: ConfirmationRequest, purpose: Consent = Consent.NEWSLETTER) -> consent.Evidence:
    """The evidence for a box ticked in the form behind a request."""
    held = request.held
    wording = held["tracking_wording"] if purpose is Consent.TRACKING else held["wording"]
    origin = Origin(held["network"], held["agent"])
    return consent.Evidence(wording, request.language, held["source"], "box", origin, f"request:{request.id}")


def _add_to_open_request(session: Session, subscriber_id: int, missing: Sequence[int], *, now: datetime) -> None:
    """Lists asked for while a mail is already under way join its request: the page behind the link names them all."""
    newest = (
        select(ConfirmationRequest)
        .where(
            ConfirmationRequest.subscriber_id == subscriber_id,
            ConfirmationRequest.used_at.is_(None),
            ConfirmationRequest.expires_at > now,
        )
        .order_by(ConfirmationRequest.id.desc())
    )
    request = next((one for one in session.scalars(newest) if one.list_ids), None)
    new = [list_id for list_id in missing if request and list_id not in request.list_ids]
    if request and new:
        mark_pending(session, subscriber_id, new, now=now)
        request.list_ids = [*request.list_ids, *new]
        for list_id in new:
            consent.record(session, subscriber_id, Consent.NEWSLETTER, True, box_evidence(request), now=now, list_id=list_id)
