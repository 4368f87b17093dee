"""Ana asks for the newsletter, confirms, and has her welcome with her own code: over real SMTP, by the product's own loop."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.audience.confirmation import confirm
from mailflow.audience.leaving import leave
from mailflow.audience.models import Subscription
from mailflow.audience.words import LeaveMethod
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import Purpose
from mailflow.outbox.words import Reason, State
from mailflow.sequences.control import switch
from mailflow.sequences.models import Sequence
from tests.house import House
from tests.sink import Sink


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


@pytest.fixture
def welcoming(house: House) -> House:
    with house.database.begin() as session:
        welcome = session.scalars(select(Sequence).where(Sequence.recipe == "welcome")).one()
        switch(session, welcome, True, now=house.now - timedelta(days=1))
    return house


def test_a_sign_up_brings_one_confirmation_mail_with_a_link_that_works(house: House) -> None:
    request = house.asks("ana@example.net", first_name="Ana")
    house.tick()
    (mail,) = house.sink.messages_to("ana@example.net")
    text = mail.get_body(("plain",)).get_content()
    token = re.search(r"/confirm/([\w-]{36})", text).group(1)
    assert house.ring.mint.read(Purpose.CONFIRM, token).row_id == request
    assert mail["List-Unsubscribe"] is None
    assert mail["Auto-Submitted"] == "auto-generated"


def test_after_confirming_the_welcome_comes_with_her_own_code(welcoming: House) -> None:
    welcoming.joins("ana@example.net", first_name="Ana")
    welcoming.tick()
    (mail,) = (each for each in welcoming.sink.messages_to("ana@example.net") if each["List-Unsubscribe"])
    assert re.search(r"ANA-[A-Z0-9-]{8,}", mail.get_body(("plain",)).get_content())
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Id" in mail
    assert [message.state for message in welcoming.messages_of("ana@example.net")].count(State.SENT) >= 1


def test_who_leaves_before_her_welcome_went_is_skipped_with_the_reason(welcoming: House) -> None:
    person = welcoming.joins("carla@example.net")
    with welcoming.database.begin() as session:
        place = session.scalars(select(Subscription).where(Subscription.subscriber_id == person)).first()
        leave(session, place.id, method=LeaveMethod.ONE_CLICK, now=welcoming.now, everything=True)
    welcoming.tick()
    assert not [mail for mail in welcoming.sink.messages_to("carla@example.net") if mail["List-Unsubscribe"]]
    assert all(message.reason == Reason.LEFT for message in welcoming.messages_of("carla@example.net") if message.list_id)


def test_confirming_twice_brings_one_welcome(welcoming: House) -> None:
    request = welcoming.asks("ana@example.net", first_name="Ana")
    for _ in range(2):
        with welcoming.database.begin() as session:
            confirm(session, request, now=welcoming.now, network="", agent="")
        welcoming.tick()
    assert len([mail for mail in welcoming.sink.messages_to("ana@example.net") if mail["List-Unsubscribe"]]) == 1


def test_an_english_reader_is_written_to_in_english(welcoming: House) -> None:
    welcoming.joins("bob@example.net", language="en", first_name="Bob")
    welcoming.tick()
    mails = welcoming.sink.messages_to("bob@example.net")
    assert any("your" in mail.get_body(("plain",)).get_content().lower() for mail in mails)
