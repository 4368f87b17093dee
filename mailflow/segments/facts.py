"""A person's own facts behind a condition: "2 of the last 10", "€46", "an active customer", so that an explanation can be checked."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from babel.dates import format_date
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.audience.profile import values
from mailflow.audience.words import FieldKind, SourceClass, Tracking
from mailflow.foundation.language import pick
from mailflow.segments import customers
from mailflow.segments.activity_clauses import lines_of
from mailflow.segments.describe import Teller
from mailflow.segments.frame import Frame
from mailflow.segments.models import Engagement, Purchase
from mailflow.segments.phrases import LEVEL_NAMES, RFM_NAMES, SOURCE_NAMES, STAGE_NAMES
from mailflow.segments.sums_clauses import rfm_fifths
from mailflow.segments.words import (
    AtStage,
    Average,
    Bought,
    CameBy,
    CameFrom,
    Deed,
    Did,
    FieldTest,
    InRfm,
    Joined,
    LastOrder,
    Part,
    Spent,
    Tracked,
)

Find: TypeAlias = Callable[[Session, Any, Subscriber, Frame, Teller], str]


def fact(session: Session, test: Part, person: Subscriber, *, now: datetime, language: str, currency: str = "EUR") -> str:
    """What is known of the person that decides the condition, in a few words; nothing where the condition says it all itself."""
    find = _FACTS.get(type(test))
    return find(session, test, person, Frame(now, person.id), Teller(language, currency, {})) if find else ""


def _sums(session: Session, person: Subscriber) -> Engagement:
    numbers = ("sent", "opened", "clicked", "orders", "spent", "campaigns", "opened_mask", "clicked_mask")
    return session.get(Engagement, person.id) or Engagement(subscriber_id=person.id, **dict.fromkeys(numbers, 0))


def _did(session: Session, test: Did, person: Subscriber, frame: Frame, teller: Teller) -> str:
    if test.last is not None:
        sums = _sums(session, person)
        mask = sums.opened_mask if test.deed is Deed.OPENED else sums.clicked_mask
        times = (mask & (2**test.last - 1)).bit_count()
        wanted = test.often.least or test.often.most or 0
        return teller.say("fact-last", times=times, last=min(test.last, sums.campaigns), wanted=wanted)
    times = func.count() if test.deed is Deed.ORDERED else func.count(func.coalesce(Activity.mailing_id, 0).distinct())
    number = session.scalar(lines_of(test, frame).where(Activity.subscriber_id == person.id).with_only_columns(times)) or 0
    return teller.say("fact-times", times=teller.number(number))


def _orders(session: Session, test: Spent | Average, person: Subscriber, frame: Frame) -> tuple[int, int]:
    mine = (Activity.kind == Kind.ORDERED, Activity.subscriber_id == person.id, frame.after(Activity.at, test.within_days))
    count, total = session.execute(select(func.count(), func.coalesce(func.sum(Activity.amount), 0)).where(*mine)).one()
    return int(count or 0), int(total or 0)


def _spent(session: Session, test: Spent, person: Subscriber, frame: Frame, teller: Teller) -> str:
    return teller.money(_orders(session, test, person, frame)[1])


def _average(session: Session, test: Average, person: Subscriber, frame: Frame, teller: Teller) -> str:
    count, total = _orders(session, test, person, frame)
    return teller.money(round(total / count)) if count else teller.say("fact-never")


def _bought(session: Session, test: Bought, person: Subscriber, frame: Frame, teller: Teller) -> str:
    named = Purchase.product if test.by == "product" else Purchase.category
    mine = (Purchase.subscriber_id == person.id, named == test.name, frame.after(Purchase.at, test.within_days))
    number = session.scalar(select(func.count(Purchase.order_id.distinct())).where(*mine)) or 0
    return teller.say("fact-times", times=teller.number(number))


def _day(at: datetime | None, teller: Teller) -> str:
    return str(format_date(at, "long", locale=teller.locale)) if at else teller.say("fact-never")


def _last_order(session: Session, _test: LastOrder, person: Subscriber, _frame: Frame, teller: Teller) -> str:
    second = _sums(session, person).last_ordered
    return _day(datetime.fromtimestamp(second, UTC) if second is not None else None, teller)


def _stage(session: Session, _test: AtStage, person: Subscriber, frame: Frame, teller: Teller) -> str:
    sums, now = _sums(session, person), frame.second(0)
    days = [None if second is None else (now - second) / 86400 for second in (sums.last_clicked, sums.last_ordered)]
    return pick(STAGE_NAMES[customers.stage_of(*days)], teller.language)


def _rfm(session: Session, _test: InRfm, person: Subscriber, _frame: Frame, teller: Teller) -> str:
    fifths = rfm_fifths().subquery()
    found = session.execute(select(fifths).where(fifths.c.subscriber_id == person.id)).one_or_none()
    if found is None:
        return teller.say("fact-no-customer")
    name = pick(RFM_NAMES[customers.group_of(found.lately, found.often, found.much)], teller.language)
    return teller.say("fact-rfm", name=name, lately=found.lately, often=found.often, much=found.much)


def _field(session: Session, test: FieldTest, person: Subscriber, _frame: Frame, teller: Teller) -> str:
    value = values(session, [person.id])[person.id].get(test.field.key)
    if value is None or value == []:
        return teller.say("fact-nothing")
    chosen = value if isinstance(value, list) else [value]
    if test.field.options:
        return teller.join([pick(test.field.options.get(str(one), {}), teller.language) or str(one) for one in chosen], "and")
    if test.field.kind == FieldKind.MONEY:
        return teller.money(value, test.field.currency)
    return teller.say("yes-word" if value else "no-word") if isinstance(value, bool) else teller.one(value)


_FACTS: Mapping[type, Find] = {
    FieldTest: _field,
    Did: _did,
    Spent: _spent,
    Average: _average,
    Bought: _bought,
    LastOrder: _last_order,
    AtStage: _stage,
    InRfm: _rfm,
    Joined: lambda _session, _test, person, _frame, teller: _day(person.confirmed_at, teller),
    CameFrom: lambda _session, _test, person, _frame, teller: pick(SOURCE_NAMES[SourceClass(person.source_class)], teller.language),
    CameBy: lambda _session, _test, person, _frame, _teller: person.source,
    Tracked: lambda _session, _test, person, _frame, teller: pick(LEVEL_NAMES[Tracking(person.tracking)], teller.language),
}
