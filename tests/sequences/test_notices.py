"""A mail that somebody asked for leaves at once, and once."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.models import Form
from mailflow.audience.signup import sign_up
from mailflow.audience.words import SignUpEntry
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from mailflow.sequences.notices import post_notices
from tests.sequences.cast import House, days


@pytest.fixture
def asked(house: House, ring: Ring, now: datetime) -> int:
    """Ana fills in the form: the request that a mail is due for."""
    with house.database.begin() as session:
        form = session.scalars(select(Form)).one()
        return sign_up(session, form, SignUpEntry("ana@example.net", "es", (1,)), now=now, ring=ring).request_id


def posted(house: House) -> list[tuple[str, int, dict]]:
    with house.database.read() as session:
        return [tuple(row) for row in session.execute(select(Mailing.template, Message.occasion, Message.context).join(Message))]


def test_a_sign_up_is_answered_with_the_mail_that_asks_to_confirm(house: House, asked: int, now: datetime):
    house.run(now, now)
    assert posted(house) == [("confirm", asked, {"request_id": asked})]


def test_a_notice_goes_first_needs_no_list_and_may_be_repeated_in_doubt(house: House, asked: int, now: datetime):
    house.run(now)
    with house.database.read() as session:
        mailing = session.scalars(select(Mailing)).one()
    assert (mailing.kind, mailing.lane, mailing.policy, mailing.list_id, mailing.name) == (
        "notice", 0, "resend", None, "Confirmación del alta",
    )  # fmt: skip


def test_the_link_that_was_asked_for_is_sent(house: House, asked: int, now: datetime):
    with house.database.begin() as session:
        ledger.note(session, Kind.LINK_ASKED, 1, now=now, detail={"request": asked})
    house.run(now)
    assert {template for template, _, _ in posted(house)} == {"confirm", "preferences_link"}


def test_a_request_that_is_no_longer_good_is_not_mailed(house: House, asked: int, now: datetime):
    house.run(now + days(8))
    assert posted(house) == []


def test_two_requests_are_two_mails(house: House, asked: int, ring: Ring, now: datetime):
    house.run(now)
    with house.database.begin() as session:
        form = session.scalars(select(Form)).one()
        later = sign_up(session, form, SignUpEntry("ana@example.net", "es", (1,)), now=now + timedelta(hours=25), ring=ring)
    house.run(now + timedelta(hours=25))
    assert [occasion for _, occasion, _ in posted(house)] == [asked, later.request_id]


def test_a_kill_before_the_commit_posts_it_next_time(house: House, asked: int, now: datetime):
    with suppress(ZeroDivisionError), house.database.begin() as session:
        assert post_notices(session, now=now) / 0
    assert posted(house) == []
    house.run(now)
    assert len(posted(house)) == 1


def test_nothing_asked_nothing_posted(house: House, now: datetime):
    with house.database.begin() as session:
        assert post_notices(session, now=now) == 0
