"""Which message earned an order: the last one its buyer clicked, within the installation's window."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.audience.models import Installation
from mailflow.outbox.models import Message
from mailflow.tracking.models import Hit, Order
from mailflow.tracking.words import HitKind

DEFAULT_DAYS = 7


def attribute(session: Session, order: Order) -> int | None:
    """Give an order to the last message its buyer clicked before it, and move its cents there; the message's id, or None.

    Conditional and recomputable: asked twice, or after hits were judged again, it changes only what is different.
    """
    earned_by = _last_clicked(session, order)
    before = order.message_id
    if earned_by == before:
        return before
    still = update(Order).where(Order.id == order.id, Order.message_id.is_not_distinct_from(before))
    moved = session.execute(still.values(message_id=earned_by).returning(Order.id)).scalar()
    if moved is not None:
        _add(session, before, -1, -order.amount)
        _add(session, earned_by, 1, order.amount)
    session.refresh(order, ["message_id"])
    return order.message_id


def _last_clicked(session: Session, order: Order) -> int | None:
    """The message of the buyer's last own click in the window; machines' clicks and anonymous ones earn nothing."""
    if order.subscriber_id is None:
        return None
    installation = session.get(Installation, 1)
    window = timedelta(days=installation.attribution_days if installation else DEFAULT_DAYS)
    clicks = select(Message.id).join(Hit, Hit.message_id == Message.id).where(Message.person_key == order.subscriber_id)
    clicks = clicks.where(Hit.kind == HitKind.CLICK, Hit.machine.is_(False), Hit.at <= order.at, Hit.at >= order.at - window)
    return session.scalar(clicks.order_by(Hit.at.desc(), Hit.id.desc()).limit(1))


def _add(session: Session, message_id: int | None, orders: int, cents: int) -> None:
    if message_id is not None:
        counted = {Message.orders: Message.orders + orders, Message.revenue: Message.revenue + cents}
        session.execute(update(Message).where(Message.id == message_id).values(counted))
