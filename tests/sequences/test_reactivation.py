"""Who has been quiet for 120 days is written to once; who stays silent is marked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.outbox.models import Message
from mailflow.sequences import enrol
from mailflow.sequences.models import Enrolment
from tests.sequences.cast import House, days, sequence

HOUR = timedelta(hours=1)


@pytest.fixture
def quiet(house: House, now: datetime) -> int:
    """Dario joined a year ago, was written to last month, and has not been heard of."""
    person = house.join("Dario", now - days(365))
    house.note(Kind.SENT, person, now - days(30))
    house.switch("reactivation", True, now)
    return person


def silent(house: House, person: int) -> bool:
    return house.person(person).silent_since is not None


def test_who_is_quiet_is_written_to_once(house: House, quiet: int, now: datetime):
    house.run(now, now + HOUR, now + 2 * HOUR, now + days(200))
    assert house.mails(quiet) == ["reactivation"]


@pytest.mark.parametrize("kind", [Kind.CLICKED, Kind.ORDERED, Kind.PREFERENCES_CHANGED])
def test_who_did_something_lately_is_not_quiet(house: House, quiet: int, now: datetime, kind: Kind):
    house.note(kind, quiet, now - days(119))
    house.run(now)
    assert house.mails(quiet) == []


def test_who_did_something_long_ago_is_quiet(house: House, quiet: int, now: datetime):
    house.note(Kind.CLICKED, quiet, now - days(121))
    house.run(now)
    assert house.mails(quiet) == ["reactivation"]


def test_a_machines_click_is_no_sign_of_life(house: House, quiet: int, now: datetime):
    house.note(Kind.CLICKED, quiet, now - days(1), machine=True)
    house.run(now)
    assert house.mails(quiet) == ["reactivation"]


def test_an_open_is_no_answer(house: House, quiet: int, now: datetime):
    house.note(Kind.OPENED, quiet, now - days(1))
    house.run(now)
    assert house.mails(quiet) == ["reactivation"]


def test_who_joined_lately_is_not_quiet(house: House, now: datetime):
    ana = house.join("Ana", now - days(119))
    house.note(Kind.SENT, ana, now - days(1))
    house.switch("reactivation", True, now)
    house.run(now)
    assert house.enrolment(ana) is None


def test_who_was_sent_nothing_cannot_have_answered(house: House, now: datetime):
    ana = house.join("Ana", now - days(365))
    house.switch("reactivation", True, now)
    house.run(now)
    assert house.enrolment(ana) is None


def test_who_does_not_let_us_see_her_clicks_is_left_in_peace(house: House, now: datetime):
    elena = house.join("Elena", now - days(365), tracking="aggregate")
    house.note(Kind.SENT, elena, now - days(30))
    house.switch("reactivation", True, now)
    house.run(now)
    assert house.enrolment(elena) is None


def test_who_left_is_not_written_to(house: House, quiet: int, now: datetime):
    house.leave(quiet, now - days(10))
    house.run(now)
    assert house.enrolment(quiet) is None


def test_switched_off_nobody_is_looked_for(house: House, now: datetime):
    person = house.join("Dario", now - days(365))
    house.note(Kind.SENT, person, now - days(30))
    house.run(now)
    assert house.enrolment(person) is None


def test_who_stays_silent_for_14_days_is_marked(house: House, quiet: int, now: datetime):
    house.run(now)
    house.send_all(now)
    house.run(now + days(14) - HOUR)
    assert not silent(house, quiet)
    house.run(now + days(14))
    assert house.person(quiet).silent_since == now + days(14)
    assert house.enrolment(quiet).state == "done"
    with house.database.read() as session:
        lines = list(session.scalars(select(Activity).where(Activity.kind == Kind.MARKED_SILENT)))
    assert [line.subscriber_id for line in lines] == [quiet]


@pytest.mark.parametrize("kind", [Kind.CLICKED, Kind.ORDERED, Kind.CONFIRMED, Kind.PREFERENCES_CHANGED])
def test_an_answer_ends_it_without_a_mark(house: House, quiet: int, now: datetime, kind: Kind):
    house.run(now)
    house.send_all(now)
    house.note(kind, quiet, now + days(3))
    house.run(now + days(14))
    assert not silent(house, quiet)
    assert house.enrolment(quiet).reason == "answered"


def test_silence_after_a_mail_that_never_arrived_says_nothing(house: House, quiet: int, now: datetime):
    house.run(now)
    house.send_all(now)
    with house.database.begin() as session:
        session.scalars(select(Message)).one().bounced_at = now + HOUR
    house.run(now + days(14))
    assert not silent(house, quiet)
    assert house.enrolment(quiet).reason == "not-reached"


def test_a_notice_with_the_same_number_is_not_taken_for_the_mail(house: House, quiet: int, now: datetime):
    house.run(now)
    with house.database.begin() as session:
        message = session.scalars(select(Message)).one()
        message.state, message.reason = "skipped", "suppressed"
    with house.database.begin() as session:
        from mailflow.outbox.enqueue import Entry, enqueue
        from mailflow.outbox.mailings import open_mailing

        notice = open_mailing(session, kind="notice", source_id=0, template="confirm", name="x", brand_id=1, now=now)
        enqueue(session, notice, [Entry(quiet, occasion=house.enrolment(quiet).id)], now=now)
    house.send_all(now)
    house.run(now + days(14))
    assert house.enrolment(quiet).reason == "not-reached"


def test_who_left_after_the_mail_is_not_marked(house: House, quiet: int, now: datetime):
    house.run(now)
    house.send_all(now)
    house.leave(quiet, now + days(1))
    house.run(now + days(14))
    assert not silent(house, quiet)
    assert house.enrolment(quiet).reason == "left"


def test_the_audience_is_looked_at_in_slices_and_then_left_alone_for_an_hour(house: House, quiet: int, now: datetime, monkeypatch):
    monkeypatch.setattr(enrol, "SLICE", 2)
    for number in range(4):
        person = house.join(f"Otro{number}", now - days(365))
        house.note(Kind.SENT, person, now - days(30))
    came = []
    for moment in (now, now, now, now, now + HOUR):
        with house.database.begin() as session:
            came.append(enrol.enrol_quiet(session, now=moment))
    assert came == [2, 2, 1, 0, 0]
    with house.database.read() as session:
        assert sequence(session, "reactivation").scanned_at == now + HOUR or sequence(session, "reactivation").scan_after > 0
        assert len(list(session.scalars(select(Enrolment)))) == 5


def test_who_becomes_quiet_later_is_found_later(house: House, quiet: int, now: datetime):
    house.note(Kind.CLICKED, quiet, now - days(100))
    house.note(Kind.SENT, quiet, now + days(1))
    house.run(now)
    assert house.mails(quiet) == []
    house.run(now + days(21))
    assert house.mails(quiet) == ["reactivation"]
