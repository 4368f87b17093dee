"""Who is quiet: a question asked of the database for many people at once."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import SubscriptionState, Tracking
from mailflow.sequences.models import Enrolment, Sequence

ANSWERS = (Kind.CLICKED, Kind.ORDERED, Kind.CONFIRMED, Kind.PREFERENCES_CHANGED)
"""What breaks a silence: a human click, an order, joining a list, seeing to one's preferences."""


def quiet_people(sequence_id: int, *, since: datetime) -> Select[int, int]:
    """Ids of quiet people who were never in this sequence, each with the list she joined first.

    Quiet: in a list, joined none after ``since``, was sent something after it, and neither clicked nor bought. Only who
    agreed that her clicks are kept can be known to be quiet: of the others nobody knows, so they are left in peace.
    """
    return select(Subscriber.id, _first_list()).where(
        Subscriber.tracking == Tracking.INDIVIDUAL,
        Subscriber.silent_since.is_(None),
        exists().where(_hers(), Subscription.state == SubscriptionState.CONFIRMED),
        ~exists().where(_hers(), Subscription.confirmed_at > since),
        did([Kind.SENT], Subscriber.id, since),
        ~did(ANSWERS, Subscriber.id, since),
        ~exists().where(Enrolment.sequence_id == sequence_id, Enrolment.subscriber_id == Subscriber.id),
    )


def did(
    kinds: tuple[Kind, ...] | list[Kind], person: SQLColumnExpression[int], since: SQLColumnExpression[datetime] | datetime
) -> ColumnElement[bool]:
    """Whether a person's own doing (never a machine's) of one of these kinds stands in the ledger after an instant."""
    return exists().where(Activity.subscriber_id == person, Activity.kind.in_(kinds), Activity.at > since, ~Activity.machine)


def _hers() -> ColumnElement[bool]:
    return Subscription.subscriber_id == Subscriber.id


def _first_list() -> ColumnElement[int]:
    joined = select(Subscription.list_id).where(_hers(), Subscription.state == SubscriptionState.CONFIRMED)
    return joined.order_by(Subscription.confirmed_at, Subscription.id).limit(1).correlate(Subscriber).scalar_subquery()


def count_quiet(session: Session, sequence: Sequence, *, now: datetime) -> int:
    """How many people a sequence for quiet ones would write to, were it on now."""
    since = now - timedelta(days=sequence.settings["quiet_days"])
    found = quiet_people(sequence.id, since=since).with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(found) or 0
