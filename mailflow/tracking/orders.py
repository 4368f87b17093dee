"""Orders that the shop tells us of: recorded once, given to a person and to the message that earned them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.models import Installation, Subscriber
from mailflow.foundation.upsert import insert_all
from mailflow.offers.redeem import redeem
from mailflow.segments.models import Purchase
from mailflow.tracking.attribution import attribute
from mailflow.tracking.models import Order
from mailflow.tracking.rules import refuse_order
from mailflow.tracking.words import OrderEvent, OrderLine, OrderOutcome, OrderReason

DEFAULT_CURRENCY = "EUR"


def record_order(session: Session, event: OrderEvent, *, now: datetime) -> OrderOutcome:
    """Record an order once by its reference; told again it changes nothing and gives the first answer.

    An order of somebody unknown is kept without a person. Refused with a reason word: no reference, a
    future date, a negative amount, another currency, a known reference with other facts.
    """
    installation = session.get(Installation, 1)
    refused = refuse_order(event, currency=installation.currency if installation else DEFAULT_CURRENCY, now=now)
    if refused:
        return OrderOutcome(refused)
    known = session.scalar(select(Order).where(Order.reference == event.reference.strip()))
    if known:
        return _told_again(known, event)
    return _record(session, event, now=now)


def _told_again(known: Order, event: OrderEvent) -> OrderOutcome:
    same = (known.amount, known.currency, known.at) == (event.amount, event.currency.upper(), event.at)
    reason = OrderReason.ALREADY_RECORDED if same else OrderReason.DIFFERENT
    return OrderOutcome(reason, known.id, known.message_id, known.code_result)


def _record(session: Session, event: OrderEvent, *, now: datetime) -> OrderOutcome:
    person = session.scalar(select(Subscriber).where(Subscriber.email_key == event.email.strip().lower()))
    order = _order(event, person, now=now)
    order.code_result = _redeem(session, event, person)
    session.add(order)
    session.flush()
    attribute(session, order)
    if person:
        _note(session, order, person)
        _keep_lines(session, event, order, person)
    return OrderOutcome(OrderReason.RECORDED, order.id, order.message_id, order.code_result)


def _order(event: OrderEvent, person: Subscriber | None, *, now: datetime) -> Order:
    order = Order(reference=event.reference.strip(), subscriber_id=person.id if person else None, at=event.at, amount=event.amount)
    order.currency, order.code, order.recorded_at = event.currency.upper(), event.code, now
    order.lines = [_told(line) for line in event.lines]
    return order


def _told(line: OrderLine) -> dict[str, Any]:
    told = {"product": line.product, "quantity": line.quantity, "amount": line.amount}
    return {**told, "category": line.category} if line.category else told


def _keep_lines(session: Session, event: OrderEvent, order: Order, person: Subscriber) -> None:
    """What she bought, where segments find it."""
    facts = {"subscriber_id": person.id, "order_id": order.id, "at": order.at}
    insert_all(session, Purchase, [{"category": "", **facts, **_told(line)} for line in event.lines])


def _redeem(session: Session, event: OrderEvent, person: Subscriber | None) -> str | None:
    """What became of the code the order carried; a code belongs to a person, so without one it is unknown."""
    if not event.code:
        return None
    buyer = person.id if person else None
    return str(
        redeem(session, event.code, subscriber_id=buyer, reference=event.reference.strip(), amount=event.amount, now=event.at).reason
    )


def _note(session: Session, order: Order, person: Subscriber) -> None:
    """Write the ledger's line at the order's own time, and end a silence that began before it."""
    facts = {"message_id": order.message_id, "amount": order.amount, "detail": {"order": order.id}}
    ledger.note(session, Kind.ORDERED, person.id, now=order.at, **facts)
    if person.silent_since and order.at >= person.silent_since:
        person.silent_since = None
