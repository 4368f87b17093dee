"""Where people stand, as SQL: lists, language, source, when they joined, silence."""

from sqlalchemy import ColumnElement, and_, func, select

from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.segments.frame import Frame
from mailflow.segments.words import NOT_IN_LIST, CameFrom, Joined, Membership, Silent, Speaks

Clause = ColumnElement[bool]


def membership_clause(test: Membership, frame: Frame) -> Clause:
    """People who stand so with the list; a list that is gone holds nobody."""
    state = SubscriptionState.CONFIRMED if test.state == NOT_IN_LIST else test.state
    people = (
        select(Subscription.subscriber_id)
        .join(List, List.id == Subscription.list_id)
        .where(List.slug == test.slug, Subscription.state == state)
    )
    found = Subscriber.id.in_(frame.narrow(people, Subscription.subscriber_id))
    return ~found if test.state == NOT_IN_LIST else found


def language_clause(test: Speaks, _: Frame) -> Clause:
    """People who chose the language; whoever chose none speaks none."""
    return func.coalesce(Subscriber.language, "") == test.language


def source_clause(test: CameFrom, _: Frame) -> Clause:
    """People who came from one of the sources."""
    return Subscriber.source_class.in_(test.sources)


def joined_clause(test: Joined, frame: Frame) -> Clause:
    """People whose first confirmation lies in the window."""
    since = frame.since(test.window.days)
    when = Subscriber.confirmed_at >= since if test.window.within else Subscriber.confirmed_at < since
    return and_(Subscriber.confirmed_at.is_not(None), when)


def silent_clause(test: Silent, _: Frame) -> Clause:
    """People who did not answer a reactivation, or all others."""
    return Subscriber.silent_since.is_not(None) if test.yes else Subscriber.silent_since.is_(None)
