"""What a person's lines in the ledger add up to, as SQL: the one definition that keeping up and counting anew share."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, Subquery, and_, case, cast, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind
from mailflow.segments.words import MOST_LAST


class Seconds(FunctionElement[int]):
    """Of an instant, the whole seconds since 1970 in UTC; what is less than a second is cut off."""

    inherit_cache = True
    type = BigInteger()


@compiles(Seconds, "sqlite")
def _on_sqlite(element: Seconds, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **options)}, 1, 19)) AS INTEGER)"


@compiles(Seconds, "postgresql")
def _on_postgresql(element: Seconds, compiler: Any, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"


def sums(people: ColumnElement[bool]) -> Select[Any]:
    """One row, with Engagement's columns, for each subscriber with lines among ``people``, a condition on ``Activity.subscriber_id``."""
    mails = _placed(_mails(people))
    names = ("sent", "opened", "clicked", "ordered")
    return (
        select(
            mails.c.subscriber_id,
            *(_whole(func.count(mails.c[f"{name}_at"])).label(name) for name in ("sent", "opened", "clicked")),
            *(_whole(func.sum(mails.c[name])).label(name) for name in ("orders", "spent", "campaigns")),
            *(_mask(mails, name).label(f"{name}_mask") for name in ("opened", "clicked")),
            *(Seconds(func.max(mails.c[f"{name}_at"])).label(f"last_{name}") for name in names),
        )
        .join(Subscriber, Subscriber.id == mails.c.subscriber_id)
        .group_by(mails.c.subscriber_id)
    )


def _mails(people: ColumnElement[bool]) -> Subquery:
    """One row for each person and mailing; lines without a mailing count as one together, so many orders as there are."""
    mailing, ordered = func.coalesce(Activity.mailing_id, 0), Activity.kind == Kind.ORDERED
    sent_at = func.max(case((Activity.kind == Kind.SENT, Activity.at)))
    campaigns = select(Mailing.id).where(Mailing.kind == MailingKind.CAMPAIGN)
    read = or_(
        Activity.kind.in_((Kind.SENT, Kind.ORDERED)), and_(Activity.kind.in_((Kind.OPENED, Kind.CLICKED)), Activity.machine.is_(False))
    )
    return (
        select(
            Activity.subscriber_id,
            mailing.label("mailing"),
            sent_at.label("sent_at"),
            *(
                func.max(case((Activity.kind == kind, Activity.at))).label(f"{kind}_at")
                for kind in (Kind.OPENED, Kind.CLICKED, Kind.ORDERED)
            ),
            func.sum(case((ordered, 1), else_=0)).label("orders"),
            func.sum(case((ordered, func.coalesce(Activity.amount, 0)), else_=0)).label("spent"),
            case((and_(sent_at.is_not(None), mailing.in_(campaigns)), 1), else_=0).label("campaigns"),
        )
        .where(people, read)
        .group_by(Activity.subscriber_id, mailing)
        .subquery()
    )


def _placed(mails: Subquery) -> Subquery:
    """With each campaign's place among those sent to the person: 1 is the last one."""
    order = (mails.c.sent_at.desc(), mails.c.mailing.desc())
    place = func.row_number().over(partition_by=(mails.c.subscriber_id, mails.c.campaigns), order_by=order)
    return select(mails, place.label("place")).subquery()


def _mask(mails: Subquery, name: str) -> ColumnElement[int]:
    bit = cast(literal(1), BigInteger).op("<<")(cast(mails.c.place - 1, Integer))
    marked = and_(mails.c.campaigns == 1, mails.c.place <= MOST_LAST, mails.c[f"{name}_at"].is_not(None))
    return _whole(func.sum(case((marked, bit), else_=0)))


def _whole(number: ColumnElement[Any]) -> ColumnElement[int]:
    """PostgreSQL makes a decimal of a sum of large numbers."""
    return cast(func.coalesce(number, 0), BigInteger)
