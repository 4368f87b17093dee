"""A change of address by staff: the person stays who she is, and what she had is remembered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.finding.index import index_people
from mailflow.audience.models import Subscriber
from mailflow.audience.records.models import FormerAddress
from mailflow.audience.suppression import blocks
from mailflow.audience.words import Address, Scope
from mailflow.foundation.ring import Ring
from mailflow.people.burdens import take_over
from mailflow.people.redirecting import end_requests, redirect
from mailflow.people.words import AddressOutcome, AddressReason


def change_address(session: Session, person: Subscriber, read: Address, *, by: int, now: datetime, ring: Ring) -> AddressOutcome:
    """Give a person another address, which was read already; refused where it is somebody's, or gets nothing.

    The old one stays blocked if it was. Whoever had it blocked herself gets nothing at the new one either. Links to confirm that
    went to the old one are over: whoever reads them there may be somebody else.
    """
    if read.fault:
        return AddressOutcome(AddressReason.UNREADABLE, read.fault, read.suggestion)
    if read.email == person.email:
        return AddressOutcome(AddressReason.SAME)
    if blocks(session, [read.email], ring=ring, now=now).get(read.email, frozenset()) & {Scope.EVERYTHING, Scope.MARKETING}:
        return AddressOutcome(AddressReason.SUPPRESSED)
    taken = session.scalar(select(Subscriber.id).where(Subscriber.email_key == read.email.lower(), Subscriber.id != person.id))
    if taken is not None:
        return AddressOutcome(AddressReason.TAKEN, taken_by=taken)
    before = FormerAddress(subscriber_id=person.id, email=person.email, email_key=person.email_key, until=now, why="changed")
    session.add(before)
    take_over(session, read.email, person.email, ring=ring, by=f"user:{by}", now=now)
    person.email, person.email_key = read.email, read.email.lower()
    session.flush()
    end_requests(session, person.id, now)
    ledger.note(session, Kind.ADDRESS_CHANGED, person.id, now=now, detail={"by": by, "former": before.id})
    redirect(session, person.id, person.email)
    index_people(session, [person.id])
    return AddressOutcome(AddressReason.CHANGED)
