"""The first page: first steps before a campaign, figures after one."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.audience.models import Brand, List, Subscriber, Subscription
from mailflow.campaigns.models import Campaign
from mailflow.foundation.database import Database
from mailflow.outbox.models import Mailing, Message
from mailflow.reporting.audience import audience_by_month, count_quiet
from mailflow.sequences.models import Sequence
from mailflow.sequences.recipes import ensure_recipes
from tests.studio.conftest import Visitor

DAY = timedelta(days=1)


def person(session: Session, name: str, *, confirmed: datetime, left: datetime | None = None, tracking: str = "individual") -> Subscriber:
    """Somebody in list 1, perhaps gone since."""
    address = f"{name}@example.net"
    added = Subscriber(
        email=address, email_key=address, source="form:newsletter", created_at=confirmed, confirmed_at=confirmed, tracking=tracking
    )
    session.add(added)
    session.flush()
    state = "left" if left else "confirmed"
    place = Subscription(subscriber_id=added.id, list_id=1, state=state, asked_at=confirmed, confirmed_at=confirmed, left_at=left)
    session.add(place)
    return added


def shop(session: Session, now: datetime) -> None:
    session.add(
        Brand(id=1, name="Casa Olivo", from_name="x", from_address="h@example.net", postal_address="x", shop_url="https://x.example.net")
    )
    session.flush()
    session.add(List(id=1, slug="boletin", brand_id=1, name={"es": "Boletín"}, description={}, created_at=now))
    session.flush()


def test_a_new_installation_sees_its_first_steps(bruno: Visitor) -> None:
    page = bruno.get("/").text
    assert "4 steps to your first campaign" in page
    assert 'href="/settings/"' in page


def test_a_step_that_is_done_is_counted(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        shop(session, now)
    assert "3 steps to your first campaign" in bruno.get("/").text


def test_the_months_count_who_was_here_and_who_answered(database: Database, now: datetime) -> None:
    with database.begin() as session:
        shop(session, now)
        ana = person(session, "ana", confirmed=now - 3 * DAY)
        person(session, "carla", confirmed=now - 300 * DAY, left=now - 2 * DAY)
        person(session, "dario", confirmed=now - 300 * DAY)
        elena = person(session, "elena", confirmed=now - 300 * DAY)
        person(session, "fatima", confirmed=now - 300 * DAY, tracking="aggregate")
        robot = person(session, "robot", confirmed=now - 300 * DAY)
        session.add_all(
            [
                Activity(at=now - DAY, kind="clicked", subscriber_id=ana.id),
                Activity(at=now - DAY, kind="ordered", subscriber_id=ana.id),
                Activity(at=now - 100 * DAY, kind="clicked", subscriber_id=elena.id),
                Activity(at=now - DAY, kind="clicked", subscriber_id=robot.id, machine=True),
            ]
        )
    with database.read() as session:
        line = audience_by_month(session, now=now, zone="Europe/Madrid")
        silent = count_quiet(session, days=180, now=now)
    assert silent == 2  # Darío, and the mailbox where only a machine clicks; of Fátima nobody may know
    assert [point.people for point in line][-2:] == [5, 5]  # Carla was here last month, Ana came in this one
    assert [point.active for point in line][-4:] == [1, 0, 0, 1]


def test_quiet_is_what_the_reactivation_takes_for_quiet(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        shop(session, now)
        person(session, "dario", confirmed=now - 100 * DAY)
        ensure_recipes(session, now=now)
        session.add(Campaign(name="Aceite", state="sent", created_at=now, started_at=now, finished_at=now))
    assert "Quiet for 120 days" in bruno.get("/").text
    with database.begin() as session:
        session.scalars(select(Sequence).where(Sequence.recipe == "reactivation")).one().settings = {"quiet_days": 90}
    assert "1 person has not answered for more than 90 days." in bruno.get("/").text


def test_after_a_campaign_the_page_says_what_it_brought(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        shop(session, now)
        mailing = Mailing(kind="campaign", source_id=1, name="Aceite", brand_id=1, lane=2, policy="hold", created_at=now, due_at=now)
        session.add(mailing)
        session.flush()
        common = {"mailing_id": mailing.id, "language": "es", "lane": 2, "due_at": now}
        session.add_all(
            [
                Message(person_key=1, address="a@example.net", state="sent", clicked_at=now, orders=1, revenue=129700, **common),
                Message(person_key=2, address="b@example.net", state="sent", bounced_at=now, **common),
                Message(person_key=3, address="c@example.net", state="skipped", reason="left", **common),
            ]
        )
        done = {"created_at": now, "started_at": now - DAY, "finished_at": now - DAY}
        session.add(Campaign(name="Aceite nuevo", state="sent", mailing_id=mailing.id, **done))
    page = bruno.get("/").text
    assert "Aceite nuevo" in page
    assert "€1,297" in page
    assert "50.0% of the 2 tried" in page
    assert "100.0% of those delivered" in page
