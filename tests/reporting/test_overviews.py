"""Campaigns in a list, month by month, sequences, and the dashboard."""

from datetime import UTC, datetime, timedelta

from mailflow.activity.ledger import note
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber, Subscription
from mailflow.campaigns.models import Campaign
from mailflow.foundation.database import Database
from mailflow.reporting.campaigns import average_click_rate, campaign_lines
from mailflow.reporting.dashboard import summary
from mailflow.reporting.first_steps import welcome_gives_code
from mailflow.reporting.months import by_month
from mailflow.reporting.sequences import report
from mailflow.sequences.models import Sequence, Step
from mailflow.sequences.recipes import ensure_recipes
from mailflow.tracking.models import Order
from tests.mailed import SENT_AT, cell, mail_the_cast, mailing, message

NOW = SENT_AT + timedelta(hours=3)


def campaign(session, name: str, mailing_id: int | None) -> None:
    session.add(Campaign(name=name, mailing_id=mailing_id, state="sent" if mailing_id else "draft", created_at=SENT_AT))
    session.flush()


def test_campaigns_come_newest_first_and_drafts_not_at_all(database: Database) -> None:
    with database.begin() as session:
        for number, days in ((1, 40), (2, 10)):
            made = mailing(session, f"M{number}", source_id=number, at=SENT_AT - timedelta(days=days))
            message(session, made.id, 1, clicked_at=SENT_AT if number == 2 else None)
            campaign(session, f"C{number}", made.id)
        campaign(session, "Borrador", None)
        lines = campaign_lines(session)
    assert [line.name for line in lines] == ["C2", "C1"]
    assert [line.report.clicked for line in lines] == [1, 0]
    assert average_click_rate(lines) == 0.5
    assert average_click_rate([]) is None


def test_twelve_months_end_with_this_one_and_a_month_is_the_shops_own(database: Database) -> None:
    with database.begin() as session:
        woman = cell(session, sex="f")
        # 23:30 UTC on 31 October is already November in Madrid
        late = mailing(session, source_id=1, at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
        message(session, late.id, 1, cell_id=woman, clicked_at=SENT_AT, orders=1, revenue=500)
        old = mailing(session, source_id=2, at=datetime(2025, 11, 20, tzinfo=UTC))
        message(session, old.id, 1, cell_id=woman)
        months = by_month(session, "sex", now=NOW, zone="Europe/Madrid")
    assert [month.month.isoformat() for month in months[:2] + months[-1:]] == ["2025-12-01", "2026-01-01", "2026-11-01"]
    assert sum(month.campaigns for month in months) == 1
    assert months[-1].values["f"].revenue == 500
    assert months[-2].values == {}


def test_a_sequences_mails_are_told_step_by_step(database: Database) -> None:
    with database.begin() as session:
        session.add(Sequence(id=1, recipe="welcome", trigger="confirmed", created_at=SENT_AT))
        session.flush()
        session.add_all(Step(id=n, sequence_id=1, position=n, kind="mail") for n in (7, 3))
        session.flush()
        for step in (7, 3):
            made = mailing(session, source_id=step, kind="step")
            message(session, made.id, 1, opened_at=SENT_AT if step == 3 else None)
        mailing(session, source_id=3)  # a campaign with the same number is another thing
        lines = report(session, 1)
    assert [(line.step_id, line.figures.sent, line.figures.opened) for line in lines] == [(3, 1, 1), (7, 1, 0)]


def test_the_dashboard_counts_people_not_lines(database: Database) -> None:
    with database.begin() as session:
        mailed = mail_the_cast(session)
        campaign(session, "Aceite nuevo", mailed.mailing)
        session.add(Subscription(subscriber_id=mailed.ana, list_id=1, state="confirmed", asked_at=SENT_AT))
        session.add(Subscription(subscriber_id=mailed.berta, list_id=1, state="left", asked_at=SENT_AT))
        for _ in range(2):
            note(session, Kind.CLICKED, mailed.ana, now=SENT_AT)
        note(session, Kind.CLICKED, mailed.berta, now=SENT_AT, machine=True)
        note(session, Kind.CONFIRMED, mailed.ana, now=SENT_AT - timedelta(days=31))
        note(session, Kind.LEFT, mailed.berta, now=SENT_AT)
        earned = {"subscriber_id": mailed.ana, "currency": "EUR", "recorded_at": SENT_AT}
        session.add(Order(reference="1", at=SENT_AT, amount=100, message_id=mailed.ana_message, **earned))
        session.add(Order(reference="2", at=SENT_AT, amount=900, **earned))
        session.flush()
        found = summary(session, now=NOW)
    assert (found.confirmed, found.joined_30_days, found.left_30_days) == (1, 0, 1)
    assert (found.reached_90_days, found.known, found.active_90_days) == (1, 1, 1)
    assert (found.orders_30_days, found.revenue_30_days) == (1, 100)
    assert found.last.name == "Aceite nuevo"


def test_active_people_are_counted_among_those_whose_clicks_are_known(database: Database) -> None:
    with database.begin() as session:
        mailed = mail_the_cast(session)
        for person in (mailed.ana, mailed.berta):
            session.add(Subscription(subscriber_id=person, list_id=1, state="confirmed", asked_at=SENT_AT))
            note(session, Kind.ORDERED, person, now=SENT_AT, amount=100)
        session.get_one(Subscriber, mailed.ana).tracking = "individual"
        session.get_one(Subscriber, mailed.berta).tracking = "aggregate"
        session.flush()
        found = summary(session, now=NOW)
    assert (found.confirmed, found.known, found.active_90_days) == (2, 1, 1)


def test_an_empty_shop_has_a_dashboard_too(database: Database) -> None:
    with database.read() as session:
        found = summary(session, now=NOW)
    assert (found.confirmed, found.revenue_30_days, found.last) == (0, 0, None)


def test_a_code_comes_while_the_welcome_is_on_and_has_an_offer(database: Database) -> None:
    with database.begin() as session:
        assert not welcome_gives_code(session)
        welcome = ensure_recipes(session, now=SENT_AT)[0]
        session.flush()
        assert not welcome_gives_code(session)
        welcome.on = True
        session.flush()
        assert welcome_gives_code(session)
        welcome.offer_id = None
        session.flush()
        assert not welcome_gives_code(session)
