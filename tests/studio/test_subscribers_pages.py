"""Bruno looks for people, and answers Ana on the phone with her page before him."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.activity.models import Activity
from mailflow.audience.finding.index import index_people
from mailflow.audience.first_start import first_start
from mailflow.audience.models import ConsentLine, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.offers.models import Code, Offer
from mailflow.outbox.models import Mailing, Message
from mailflow.segments.models import Engagement, SegmentMember
from mailflow.segments.ready import ensure_ready
from mailflow.tracking.models import Order
from tests.studio.conftest import Visitor


@pytest.fixture(autouse=True)
def ana(database: Database, now: datetime) -> None:
    """Ana, who ordered from a mail, and Darío, who never confirmed."""
    with database.begin() as session:
        first_start(session, now=now)
        ensure_ready(session, now=now)
        for name, state in (("ana", "confirmed"), ("dario", "pending")):
            email = f"{name}@example.net"
            at = now - timedelta(days=100) if state == "confirmed" else None
            person = Subscriber(email=email, email_key=email, language="es", source="form:newsletter", created_at=now, confirmed_at=at)
            session.add(person)
            session.flush()
            index_people(session, [person.id])
            session.add(Subscription(subscriber_id=person.id, list_id=1, state=state, asked_at=now, confirmed_at=at))
        set_values(session, 1, {"first_name": "Ana", "sex": "f", "interests": ["vajilla", "cocina"]})
        mailing = Mailing(
            kind="campaign", source_id=1, name="Otoño <en> la cocina", brand_id=1, lane=2, policy="hold", created_at=now, due_at=now
        )
        offer = Offer(
            slug="w", name={"en": "Welcome", "es": "Hola"}, kind="percent", value=15, days=30, conditions={"en": "15% off"}, created_at=now
        )
        session.add_all([mailing, offer])
        session.flush()
        message = Message(
            mailing_id=mailing.id,
            person_key=1,
            address="ana@example.net",
            language="es",
            lane=2,
            due_at=now,
            state="skipped",
            reason="silent",
        )
        session.add(message)
        session.flush()
        session.add_all(
            [
                Activity(at=now, kind="opened", subscriber_id=1, mailing_id=mailing.id, machine=True),
                Activity(at=now, kind="ordered", subscriber_id=1, mailing_id=mailing.id, amount=4600),
                Engagement(subscriber_id=1, orders=1, spent=4600, last_ordered=int(now.timestamp())),
                Order(reference="18.204", subscriber_id=1, at=now, amount=4600, currency="EUR", message_id=message.id, recorded_at=now),
                Code(offer_id=offer.id, subscriber_id=1, text="OLIVO-7KQ2", issued_at=now, ends_at=now + timedelta(days=9)),
                ConsentLine(
                    subscriber_id=1,
                    at=now,
                    purpose="newsletter",
                    list_id=1,
                    granted=True,
                    wording="I want <b>it</b>",
                    wording_digest="abc123",
                    language="en",
                    source="form:newsletter",
                    method="confirmation",
                    network="203.0.113.0/24",
                    proof="request:3",
                ),
            ]
        )


@pytest.mark.parametrize("wanted", ["ANA@", "ana", "an"])
def test_people_are_found_by_address_or_name(bruno: Visitor, wanted: str) -> None:
    page = bruno.get(f"/subscribers/?q={wanted}").text
    assert "ana@example.net" in page
    assert "dario@example.net" not in page


def test_signs_of_like_are_plain_letters_in_a_search(bruno: Visitor) -> None:
    assert "Nobody fits" in bruno.get("/subscribers/?q=%25").text


def test_people_are_narrowed_by_list_and_segment(bruno: Visitor) -> None:
    assert "dario@example.net" not in bruno.get("/subscribers/?list=1").text
    bought = bruno.get("/subscribers/?segment=5").text
    assert "ana@example.net" in bought
    assert "dario@example.net" not in bought


@pytest.mark.parametrize("wanted", [{"q": "ana"}, {"list": "1"}, {"segment": "5"}, {"q": "ana", "list": "1", "segment": "5"}])
def test_who_is_found_is_kept_as_a_segment_with_one_button(bruno: Visitor, database: Database, wanted: dict[str, str]) -> None:
    page = bruno.get("/subscribers/", query_string=wanted).text
    assert "Keep them as a segment" in page
    kept = bruno.post("/segments/found", wanted)
    assert kept.status_code == 303
    with database.read() as session:
        assert list(session.scalars(select(SegmentMember.subscriber_id))) == [1]
    assert "Kept as a segment" in bruno.get(kept.location.removeprefix("/studio")).text


@pytest.mark.parametrize(
    ("wanted", "status"), [({"q": "zzz"}, 303), ({"list": "99"}, 404), ({"segment": "99"}, 404), ({"import": "99"}, 404)]
)
def test_nothing_is_kept_of_a_search_that_finds_nobody(bruno: Visitor, database: Database, wanted: dict[str, str], status: int) -> None:
    assert "Keep them as a segment" not in bruno.get("/subscribers/").text
    assert bruno.post("/segments/found", wanted).status_code == status
    with database.read() as session:
        assert not session.scalars(select(SegmentMember)).all()


@pytest.mark.parametrize("query", ["page=0", "page=-3", "page=99999999999999999999", "list=x", "segment=77", "q=%00", "list=9&segment=9"])
def test_odd_addresses_are_answered_calmly(bruno: Visitor, query: str) -> None:
    assert bruno.get(f"/subscribers/?{query}").status_code == 200


def test_a_persons_page_tells_all_of_her(bruno: Visitor) -> None:
    page = bruno.get("/subscribers/1").text
    for words in (
        "Ordered for €46.00",
        "18.204",
        "OLIVO-7KQ2",
        "Had not answered the reactivation",
        "203.0.113.0/24",
        "request:3",
        "Woman",
    ):
        assert words in page, words
    assert "A machine opened" not in page
    page = bruno.get("/subscribers/1?show=machines").text
    assert "A machine opened <b>Otoño &lt;en&gt; la cocina</b>" in page
    assert "I want &lt;b&gt;it&lt;/b&gt;" in page


def test_raw_words_of_the_tables_are_never_shown(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        notice = Mailing(
            kind="notice",
            source_id=0,
            name="Confirmación",
            template="confirm",
            brand_id=1,
            lane=0,
            policy="resend",
            created_at=now,
            due_at=now,
        )
        session.add(notice)
        session.flush()
        session.add(Activity(at=now, kind="sent", subscriber_id=1, mailing_id=notice.id))
        session.add(Message(mailing_id=notice.id, person_key=1, address="ana@example.net", language="es", lane=0, due_at=now, state="sent"))
        session.get_one(Subscriber, 2).source = "demo"
    page, other, everybody = (bruno.get(path).text for path in ("/subscribers/1", "/subscribers/2", "/subscribers/"))
    assert "form:newsletter" not in page
    assert "The form “" in page
    assert page.count("<b>Confirmation</b>") == 1
    assert "Confirmación" not in page
    assert "Made up for the demo shop" in other
    assert ">es<" not in everybody
    assert ">Spanish<" in everybody


def test_the_timeline_can_be_narrowed(bruno: Visitor) -> None:
    page = bruno.get("/subscribers/1?show=orders").text
    assert "Ordered for" in page
    assert "A machine opened" not in page


def test_nobody_has_no_page(bruno: Visitor) -> None:
    assert bruno.get("/subscribers/77").status_code == 404


def test_a_blocked_address_says_so(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    with database.begin() as session:
        suppress(session, "ana@example.net", SuppressionReason.COMPLAINT, ring=ring, now=now)
    assert "Gets nothing: blocked" in bruno.get("/subscribers/1").text


def test_staff_takes_ana_off_a_list_and_it_is_written_down(bruno: Visitor, database: Database) -> None:
    assert bruno.post("/subscribers/1/lists/1/leave").status_code == 303
    with database.read() as session:
        assert session.get_one(Subscription, 1).state == "left"
        line = session.scalars(select(ConsentLine).order_by(ConsentLine.id.desc())).first()
        assert line is not None
        assert (line.granted, line.method) == (False, "staff")
    page = bruno.get("/subscribers/1").text
    assert "Taken off the list" in page
    assert "by our staff" in page


def test_nobody_is_taken_off_through_somebody_elses_page(bruno: Visitor, database: Database) -> None:
    assert bruno.post("/subscribers/2/lists/1/leave").status_code == 404
    with database.read() as session:
        assert session.get_one(Subscription, 1).state == "confirmed"
