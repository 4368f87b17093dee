"""How things stand, in one look."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import SubscriptionState, Tracking
from mailflow.outbox.models import Message
from mailflow.outbox.words import State
from mailflow.reporting.campaigns import campaign_lines
from mailflow.reporting.words import Summary
from mailflow.tracking.models import Order

_MONTH = timedelta(days=30)
_QUARTER = timedelta(days=90)
_AGREED = Subscriber.tracking == Tracking.INDIVIDUAL


def summary(session: Session, *, now: datetime) -> Summary:
    """The dashboard's figures at this instant; the newest campaigns first."""
    lines = campaign_lines(session, limit=5)
    orders, revenue = _earned(session, now - _MONTH, now)
    return Summary(
        confirmed=_confirmed(session),
        joined_30_days=_people(session, Kind.CONFIRMED, now - _MONTH, now),
        left_30_days=_people(session, Kind.LEFT, now - _MONTH, now),
        reached_90_days=_reached(session, now - _QUARTER, now),
        known=_known(session),
        active_90_days=_active(session, now - _QUARTER, now),
        silent=session.scalar(select(func.count(Subscriber.id)).where(Subscriber.silent_since.is_not(None))) or 0,
        revenue_30_days=revenue,
        orders_30_days=orders,
        last=lines[0] if lines else None,
        campaigns=lines,
    )


def _confirmed(session: Session) -> int:
    people = func.count(func.distinct(Subscription.subscriber_id))
    return session.scalar(select(people).where(Subscription.state == SubscriptionState.CONFIRMED)) or 0


def _people(session: Session, kind: Kind, since: datetime, until: datetime) -> int:
    people = func.count(func.distinct(Activity.subscriber_id))
    return session.scalar(select(people).where(Activity.kind == kind, Activity.at > since, Activity.at <= until)) or 0


def _here(*more: ColumnElement[bool]) -> Select[int]:
    """Ids of people with a confirmed place in some list."""
    place = select(Subscription.id).where(Subscription.subscriber_id == Subscriber.id, Subscription.state == SubscriptionState.CONFIRMED)
    return select(Subscriber.id).where(place.exists(), *more)


def _known(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(_here(_AGREED).subquery())) or 0


def _reached(session: Session, since: datetime, until: datetime) -> int:
    reached = (Message.state == State.SENT, Message.bounced_at.is_(None), Message.person_key.in_(_here()))
    people = func.count(func.distinct(Message.person_key))
    return session.scalar(select(people).where(*reached, Message.sent_at > since, Message.sent_at <= until)) or 0


def _active(session: Session, since: datetime, until: datetime) -> int:
    did = (Activity.kind.in_((Kind.CLICKED, Kind.ORDERED)), Activity.machine.is_(False), Activity.subscriber_id.in_(_here(_AGREED)))
    people = func.count(func.distinct(Activity.subscriber_id))
    return session.scalar(select(people).where(*did, Activity.at > since, Activity.at <= until)) or 0


def _earned(session: Session, since: datetime, until: datetime) -> tuple[int, int]:
    """Orders that a message earned, and their cents."""
    sums = select(func.count(Order.id), func.coalesce(func.sum(Order.amount), 0))
    orders, revenue = session.execute(sums.where(Order.message_id.is_not(None), Order.at > since, Order.at <= until)).one()
    return orders, revenue
