"""Where people stand, as SQL: lists, language, source, consent, when they joined, silence, being put in by hand."""

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from mailflow.audience.models import ConsentLine, List, Subscriber, Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.segments.frame import Frame
from mailflow.segments.models import SegmentMember
from mailflow.segments.words import NOT_IN_LIST, Agreed, CameBy, CameFrom, Fixed, Joined, Membership, Silent, Speaks, Tracked

Clause = ColumnElement[bool]


def membership_clause(test: Membership, frame: Frame) -> Clause:
    """People who stand so with the list; a list that is gone holds nobody."""
    state = SubscriptionState.CONFIRMED if test.state == NOT_IN_LIST else test.state
    people = (
        select(Subscription.subscriber_id)
        .join(List, List.id == Subscription.list_id)
        .where(List.slug == test.slug, Subscription.state == state)
    )
    found = frame.among(people, Subscription.subscriber_id)
    return ~found if test.state == NOT_IN_LIST else found


def language_clause(test: Speaks, frame: Frame) -> Clause:
    """People who chose the language; whoever chose none speaks none."""
    return frame.own(func.coalesce(Subscriber.language, "") == test.language)


def source_clause(test: CameFrom, frame: Frame) -> Clause:
    """People who came from one of the sources."""
    return frame.own(Subscriber.source_class.in_(test.sources))


def joined_clause(test: Joined, frame: Frame) -> Clause:
    """People whose first confirmation lies in the window."""
    since = frame.since(test.window.days)
    when = Subscriber.confirmed_at >= since if test.window.within else Subscriber.confirmed_at < since
    return frame.own(and_(Subscriber.confirmed_at.is_not(None), when))


def silent_clause(test: Silent, frame: Frame) -> Clause:
    """People who did not answer a reactivation, or all others."""
    return frame.own(Subscriber.silent_since.is_not(None) if test.yes else Subscriber.silent_since.is_(None))


def origin_clause(test: CameBy, frame: Frame) -> Clause:
    """People who came from exactly one of these."""
    return frame.own(Subscriber.source.in_(test.sources))


def tracked_clause(test: Tracked, frame: Frame) -> Clause:
    """People whose opens and clicks are kept so closely."""
    return frame.own(Subscriber.tracking.in_(test.levels))


def agreed_clause(test: Agreed, frame: Frame) -> Clause:
    """People whose last line about it says yes, or all others."""
    later = aliased(ConsentLine)
    overruled = exists().where(
        later.subscriber_id == ConsentLine.subscriber_id, later.purpose == ConsentLine.purpose, later.id > ConsentLine.id
    )
    people = select(ConsentLine.subscriber_id).where(ConsentLine.purpose == test.purpose, ConsentLine.granted, ~overruled)
    given = frame.among(people, ConsentLine.subscriber_id)
    return given if test.given else ~given


def fixed_clause(test: Fixed, frame: Frame) -> Clause:
    """People who were put in."""
    people = select(SegmentMember.subscriber_id).where(SegmentMember.segment_id == test.segment_id)
    return frame.among(people, SegmentMember.subscriber_id)
