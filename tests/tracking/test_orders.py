"""Orders: once each, to the right person, to the message that earned them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Installation, Subscriber
from mailflow.foundation.database import Database
from mailflow.foundation.tokens import Purpose, Token
from mailflow.offers.models import Code, Offer
from mailflow.outbox.models import Message
from mailflow.tracking.attribution import attribute
from mailflow.tracking.hits import arrival
from mailflow.tracking.models import Order
from mailflow.tracking.orders import record_order
from mailflow.tracking.words import OrderEvent, OrderLine, OrderOutcome, OrderReason
from tests.mailed import PHONE, SENT_AT, Mailed, links, mailing, message, record_hits

BOUGHT = SENT_AT + timedelta(hours=5)


def order(
    database: Database, reference: str = "1001", *, now=BOUGHT, email="Ana@Example.net", at=BOUGHT, amount=7900, currency="EUR", code=None
):
    with database.begin() as session:
        event = OrderEvent(reference, email, at, amount, currency, code, (OrderLine("Jarra", 1, amount),))
        return record_order(session, event, now=now)


def clicked(database: Database, message_id: int, *, at=SENT_AT + timedelta(hours=1), agent=PHONE, purpose=Purpose.CLICK) -> None:
    with database.begin() as session:
        assert record_hits(session, [arrival(Token(message_id, 1), purpose, now=at, agent=agent)])[0]


def row(database: Database, message_id: int) -> Message:
    with database.read() as session:
        return session.get_one(Message, message_id)


def earned(database: Database, message_id: int) -> tuple[int, int]:
    return row(database, message_id).orders, row(database, message_id).revenue


def test_an_order_after_a_click_belongs_to_that_message(database: Database, mailed: Mailed) -> None:
    clicked(database, mailed.ana_message)
    outcome = order(database)
    assert outcome.reason is OrderReason.RECORDED
    assert outcome.attributed_message_id == mailed.ana_message
    assert earned(database, mailed.ana_message) == (1, 7900)


def test_the_ledger_knows_what_she_spent_and_when(database: Database, mailed: Mailed) -> None:
    order(database, now=BOUGHT + timedelta(days=2))
    with database.read() as session:
        line = session.scalars(select(Activity).where(Activity.kind == Kind.ORDERED)).one()
    assert (line.subscriber_id, line.amount, line.at) == (mailed.ana, 7900, BOUGHT)


def test_told_twice_it_is_counted_once(database: Database, mailed: Mailed) -> None:
    clicked(database, mailed.ana_message)
    first = order(database)
    second = order(database)
    assert second == OrderOutcome(OrderReason.ALREADY_RECORDED, first.order_id, mailed.ana_message, None)
    assert earned(database, mailed.ana_message) == (1, 7900)


def test_the_same_reference_with_another_amount_changes_nothing(database: Database, mailed: Mailed) -> None:
    order(database)
    assert order(database, amount=1).reason is OrderReason.DIFFERENT
    with database.read() as session:
        assert session.scalars(select(Order.amount)).all() == [7900]


def test_the_last_click_wins(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        second = mailing(session, "Otra", source_id=2)
        links(session, second.id)
        newer = message(session, second.id, mailed.ana)
    clicked(database, newer.id, at=SENT_AT + timedelta(hours=2))
    clicked(database, mailed.ana_message, at=SENT_AT + timedelta(hours=1))
    assert order(database).attributed_message_id == newer.id


@pytest.mark.parametrize(("days", "belongs"), [(6.9, True), (7.1, False)])
def test_a_click_counts_for_as_many_days_as_the_installation_says(database: Database, mailed: Mailed, days: float, belongs: bool) -> None:
    clicked(database, mailed.ana_message)
    at = SENT_AT + timedelta(hours=1) + timedelta(days=days)
    assert (order(database, at=at, now=at).attributed_message_id is not None) is belongs


def test_a_click_after_the_order_earned_nothing(database: Database, mailed: Mailed) -> None:
    clicked(database, mailed.ana_message, at=BOUGHT + timedelta(minutes=1))
    assert order(database, now=BOUGHT + timedelta(hours=1)).attributed_message_id is None


def test_machines_and_anonymous_clicks_earn_nothing(database: Database, mailed: Mailed) -> None:
    clicked(database, mailed.ana_message, agent="curl/8")
    clicked(database, mailed.mailing, purpose=Purpose.CLICK_MAILING)
    assert order(database).attributed_message_id is None


def test_an_order_of_somebody_unknown_is_kept_without_a_person(database: Database, mailed: Mailed) -> None:
    outcome = order(database, email="nobody@example.net")
    assert outcome.reason is OrderReason.RECORDED
    with database.read() as session:
        assert session.get_one(Order, outcome.order_id).subscriber_id is None
        assert session.scalar(select(Activity)) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"at": BOUGHT + timedelta(minutes=6)}, OrderReason.FUTURE),
        ({"at": datetime(1999, 12, 31, 23, 59, tzinfo=UTC)}, OrderReason.TOO_OLD),
        ({"amount": -1}, OrderReason.NEGATIVE),
        ({"currency": "USD"}, OrderReason.WRONG_CURRENCY),
        ({"reference": "  "}, OrderReason.NO_REFERENCE),
    ],
)
def test_orders_that_cannot_be_are_refused_with_the_reason(database: Database, mailed: Mailed, change, reason: OrderReason) -> None:
    assert order(database, **change) == OrderOutcome(reason)
    with database.read() as session:
        assert session.scalar(select(Order)) is None


def test_an_order_ends_a_silence_that_began_before_it_only(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        session.get_one(Subscriber, mailed.ana).silent_since = SENT_AT
    order(database, "old", at=SENT_AT - timedelta(days=200))
    assert silent_since(database, mailed) == SENT_AT
    order(database, "new")
    assert silent_since(database, mailed) is None


def silent_since(database: Database, mailed: Mailed):
    with database.read() as session:
        return session.get_one(Subscriber, mailed.ana).silent_since


def test_a_filter_found_out_after_the_order_loses_it(database: Database, mailed: Mailed) -> None:
    for second, link in enumerate((1, 2, 3)):
        with database.begin() as session:
            record_hits(
                session, [arrival(Token(mailed.ana_message, link), Purpose.CLICK, now=BOUGHT + timedelta(seconds=second), agent=PHONE)]
            )
    order(database, at=BOUGHT + timedelta(seconds=2))
    assert earned(database, mailed.ana_message) == (1, 7900)
    with database.begin() as session:
        record_hits(session, [arrival(Token(mailed.ana_message, 4), Purpose.CLICK, now=BOUGHT + timedelta(seconds=3), agent=PHONE)])
    assert earned(database, mailed.ana_message) == (0, 0)


def test_asked_again_attribution_changes_only_what_is_different(database: Database, mailed: Mailed) -> None:
    clicked(database, mailed.ana_message)
    made = order(database)
    again(database, made.order_id)
    assert earned(database, mailed.ana_message) == (1, 7900)
    with database.begin() as session:
        session.get_one(Installation, 1).attribution_days = 0
    again(database, made.order_id)
    assert earned(database, mailed.ana_message) == (0, 0)


def again(database: Database, order_id: int) -> None:
    with database.begin() as session:
        attribute(session, session.get_one(Order, order_id))


def test_the_code_an_order_carries_is_redeemed(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        offer = Offer(slug="w", name={}, kind="percent", value=10, days=30, conditions={}, created_at=SENT_AT)
        session.add(offer)
        session.flush()
        code = Code(offer_id=offer.id, subscriber_id=mailed.ana, text="ANA-7KQ2", issued_at=SENT_AT, ends_at=SENT_AT + timedelta(days=30))
        session.add(code)
    assert order(database, code="ANA-7KQ2").code_reason == "redeemed"
    assert order(database, "1002", code="ANA-7KQ2").code_reason == "already-used"
    with database.read() as session:
        assert session.get_one(Code, code.id).order_reference == "1001"


def test_a_code_nobody_has_is_said_to_be_unknown_and_the_order_still_counts(database: Database, mailed: Mailed) -> None:
    outcome = order(database, code="NOPE")
    assert (outcome.reason, outcome.code_reason) == (OrderReason.RECORDED, "unknown")
