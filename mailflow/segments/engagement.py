"""Who is most engaged: a score per person and the best share of everybody confirmed.

score = different mails clicked + 5 x orders. Opens are left out: mail programs open by themselves, so an open
says little of a person. Mails are counted, not clicks: ten clicks in one mail are one visit. An order weighs five
clicked mails, since it is what the shop is for and about as rare beside them. Among equals the one who acted last
goes first, then the one known longer.
"""

from sqlalchemy import ColumnElement, Subquery, case, func, select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.segments.activity_clauses import by_people
from mailflow.segments.frame import Frame
from mailflow.segments.words import Top

ORDER_WEIGHT = 5


def top_clause(test: Top, frame: Frame) -> ColumnElement[bool]:
    """The best ``permille`` of everybody confirmed somewhere, rounded up; nobody with a score of nothing."""
    ranked = _ranked(test, frame)
    everybody = (
        select(func.count(Subscription.subscriber_id.distinct())).where(Subscription.state == SubscriptionState.CONFIRMED).scalar_subquery()
    )
    return frame.listed(select(ranked.c.subscriber_id).where((ranked.c.place - 1) * 1000 < everybody * test.permille))


def _ranked(test: Top, frame: Frame) -> Subquery:
    mails = func.count(case((Activity.kind == Kind.CLICKED, func.coalesce(Activity.mailing_id, 0))).distinct())
    orders = func.sum(case((Activity.kind == Kind.ORDERED, 1), else_=0))
    order = ((mails + orders * ORDER_WEIGHT).desc(), func.max(Activity.at).desc(), Activity.subscriber_id)
    confirmed = select(Subscription.subscriber_id).where(Subscription.state == SubscriptionState.CONFIRMED)
    return (
        select(Activity.subscriber_id, func.row_number().over(order_by=order).label("place"))
        .where(by_people(), frame.after(Activity.at, test.within_days), Activity.subscriber_id.in_(confirmed))
        .group_by(Activity.subscriber_id)
        .subquery()
    )
