"""The audience month by month, and how much of it fell silent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import SubscriptionState, Tracking
from mailflow.reporting.rules import last_months
from mailflow.sequences.models import Sequence
from mailflow.sequences.recipes import REACTIVATION

ANSWERS = (Kind.CLICKED, Kind.ORDERED)


@dataclass(frozen=True)
class Month:
    """One point of the chart: its last instant, people confirmed by then, people who answered in it."""

    end: datetime
    people: int
    active: int


def quiet_days(session: Session) -> int:
    """After how many days without an answer the shop takes somebody for quiet: as the reactivation has it."""
    reactivation = session.scalar(select(Sequence).where(Sequence.recipe == REACTIVATION.slug))
    return int((reactivation or REACTIVATION).settings["quiet_days"])


def count_quiet(session: Session, *, days: int, now: datetime) -> int:
    """How many people have been here for ``days`` and have neither clicked nor bought in all that time.

    Only those who agreed that their clicks are kept: of the others nobody knows.
    """
    since = now - timedelta(days=days)
    answered = select(Activity.subscriber_id).where(Activity.kind.in_(ANSWERS), Activity.at > since, Activity.machine.is_(False))
    long_here = (Subscriber.confirmed_at <= since, Subscriber.id.in_(_people_here()), Subscriber.id.not_in(answered))
    told_apart = Subscriber.tracking == Tracking.INDIVIDUAL
    return _number(session, select(func.count()).select_from(Subscriber).where(told_apart, *long_here))


def audience_by_month(session: Session, *, now: datetime, zone: str) -> list[Month]:
    """The last twelve months of the shop's ``zone``, oldest first; the present one ends now."""
    place = ZoneInfo(zone)
    starts = [datetime(month.year, month.month, 1, tzinfo=place) for month in last_months(now.astimezone(place).date())]
    ends = [*starts[1:], now]
    came = session.execute(select(*(func.sum(case((Subscriber.confirmed_at <= end, 1), else_=0)) for end in ends))).one()
    gone = _people_gone().subquery()
    went = session.execute(select(*(func.sum(case((gone.c.at <= end, 1), else_=0)) for end in ends))).one()
    active = [_number(session, _people_with(ANSWERS, start, end)) for start, end in zip(starts, ends, strict=True)]
    return [Month(end, (came[i] or 0) - (went[i] or 0), active[i]) for i, end in enumerate(ends)]


def _number(session: Session, query: Select[Any]) -> int:
    return session.scalar(query) or 0


def _people_here() -> Select[Any]:
    """Everybody with a confirmed place in some list."""
    return select(Subscription.subscriber_id).where(Subscription.state == SubscriptionState.CONFIRMED).distinct()


def _people_gone() -> Select[int, datetime | None]:
    """Everybody who was confirmed once and has no confirmed place any more, with the hour of the last leaving."""
    last = func.max(Subscription.left_at).label("at")
    places = func.sum(case((Subscription.state == SubscriptionState.CONFIRMED, 1), else_=0))
    return (
        select(Subscription.subscriber_id, last)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.confirmed_at.is_not(None))
        .group_by(Subscription.subscriber_id)
        .having(places == 0, last.is_not(None))
    )


def _people_with(kinds: tuple[Kind, ...], since: datetime, until: datetime) -> Select[Any]:
    """How many people have a line of these kinds, not made by a machine, in a span of time."""
    return select(func.count(Activity.subscriber_id.distinct())).where(
        Activity.kind.in_(kinds), Activity.at > since, Activity.at <= until, Activity.machine.is_(False)
    )
