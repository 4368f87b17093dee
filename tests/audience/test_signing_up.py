"""Ana signs up; strangers type her address; nobody loses anything by it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.activity.models import Activity
from mailflow.audience import leaving, profile, suppression
from mailflow.audience.links import ask_link
from mailflow.audience.models import ConfirmationRequest, ConsentLine, PublicTry, Subscriber
from mailflow.audience.words import ConfirmReason, LeaveMethod, SignUpReason, SuppressionReason
from tests.audience.audience_shop import Shop

ANA = "ana@example.net"
MINUTE = timedelta(minutes=1)


def test_a_sign_up_waits_for_the_confirmation(shop: Shop, now: datetime) -> None:
    outcome = shop.asks(ANA, "newsletter", "taller", now=now)
    assert outcome.reason is SignUpReason.CONFIRMATION_DUE
    assert shop.states(ANA) == {"newsletter": "pending", "taller": "pending"}
    lines = shop.rows(Activity)
    assert [(line.kind, line.detail) for line in lines] == [("signed-up", {"request": outcome.request_id})]


def test_one_confirmation_confirms_every_list(shop: Shop, now: datetime) -> None:
    asked = shop.asks(ANA, "newsletter", "taller", now=now)
    outcome = shop.confirms(asked.request_id, now=now + MINUTE)
    assert outcome.reason is ConfirmReason.CONFIRMED
    assert shop.states(ANA) == {"newsletter": "confirmed", "taller": "confirmed"}
    confirmed = [line.detail for line in shop.rows(Activity) if line.kind == "confirmed"]
    assert confirmed == [{"first": True}, {"first": False}]


def test_what_the_form_said_is_written_only_at_the_confirmation(shop: Shop, now: datetime) -> None:
    asked = shop.asks(ANA, now=now, values={"first_name": "Ana", "interests": ["recetas"]}, tracking=True, language="en")
    with shop.database.read() as session:
        assert profile.values(session, [1]) == {1: {}}
        assert session.get_one(Subscriber, 1).tracking == "aggregate"
    shop.confirms(asked.request_id, now=now)
    with shop.database.read() as session:
        assert profile.values(session, [1]) == {1: {"first_name": "Ana", "interests": ["recetas"]}}
        ana = session.get_one(Subscriber, 1)
        assert (ana.tracking, ana.language) == ("individual", "en")


def test_consent_keeps_the_words_the_shortened_network_and_the_proof(shop: Shop, now: datetime) -> None:
    asked = shop.asks(ANA, now=now, tracking=True, network="198.51.100.23", agent="Firefox")
    shop.confirms(asked.request_id, now=now)
    box, tracking, pressed = shop.rows(ConsentLine)
    assert (box.method, box.network, box.source, box.proof) == ("box", "198.51.100.0/24", "form:newsletter", "request:1")
    assert box.wording.startswith("Quiero recibir")
    assert len(box.wording_digest) == 64
    assert (tracking.purpose, tracking.granted) == ("tracking", True)
    assert (pressed.method, pressed.network) == ("confirmation", "203.0.113.0/24")


def test_a_second_sign_up_never_downgrades_a_confirmed_person(shop: Shop, now: datetime) -> None:
    shop.joined(ANA, "newsletter", now=now, values={"first_name": "Ana"})
    asked = shop.asks("ANA@example.net", "newsletter", "taller", now=now + MINUTE, values={"first_name": "Bruno"})
    assert asked.reason is SignUpReason.CONFIRMATION_DUE
    assert shop.states(ANA) == {"newsletter": "confirmed", "taller": "pending"}
    shop.confirms(asked.request_id, now=now + 2 * MINUTE)
    with shop.database.read() as session:
        assert profile.values(session, [1])[1]["first_name"] == "Ana"
    assert len(shop.rows(Subscriber)) == 1


def test_who_is_confirmed_everywhere_is_sent_her_link_instead(shop: Shop, now: datetime) -> None:
    shop.joined(ANA, now=now)
    outcome = shop.asks(ANA, now=now + MINUTE)
    assert outcome.reason is SignUpReason.ALREADY_CONFIRMED
    assert shop.rows(Activity)[-1].kind == "link-asked"


def test_posting_twice_asks_for_one_mail(shop: Shop, now: datetime) -> None:
    shop.asks(ANA, now=now)
    assert shop.asks(ANA, now=now + MINUTE).reason is SignUpReason.ASKED_RECENTLY
    assert len(shop.rows(ConfirmationRequest)) == 1


def test_a_list_added_while_the_mail_is_under_way_is_confirmed_by_it(shop: Shop, now: datetime) -> None:
    asked = shop.asks(ANA, "newsletter", now=now)
    shop.asks(ANA, "rebajas", now=now + MINUTE)
    shop.confirms(asked.request_id, now=now + 2 * MINUTE)
    assert shop.states(ANA) == {"newsletter": "confirmed", "rebajas": "confirmed"}


def test_s_47_who_never_answers_gets_one_mail_a_day_and_three_ever(shop: Shop, now: datetime) -> None:
    for hour in range(0, 24 * 30, 3):
        shop.asks(ANA, now=now + hour * 60 * MINUTE, network=f"10.{hour % 200}.0.1")
    times = [request.asked_at for request in shop.rows(ConfirmationRequest)]
    assert times == [now, now + timedelta(days=1), now + timedelta(days=2)]


def test_s_47_asking_for_the_link_is_no_way_around(shop: Shop, now: datetime) -> None:
    shop.asks(ANA, now=now)
    for day in range(30):
        with shop.database.begin() as session:
            ask_link(session, ANA, language="es", now=now + timedelta(days=day), ring=shop.ring)
    assert len(shop.rows(ConfirmationRequest)) == 3


def test_s_47_who_confirmed_may_ask_three_times_a_day(shop: Shop, now: datetime) -> None:
    shop.joined(ANA, now=now)
    for minute in range(0, 60 * 23, 4):
        shop.asks(ANA, "rebajas", now=now + minute * MINUTE, network=f"10.{minute % 200}.0.1")
    assert len(shop.rows(ConfirmationRequest)) == 1 + 3


def test_s_47_a_network_gets_twenty_tries_an_hour(shop: Shop, now: datetime) -> None:
    reasons = [shop.asks(f"p{number}@example.net", now=now, network=f"10.1.2.{number}").reason for number in range(25)]
    assert reasons.count(SignUpReason.CONFIRMATION_DUE) == 20
    assert shop.asks("other@example.net", now=now, network="10.1.3.1").reason is SignUpReason.CONFIRMATION_DUE
    assert shop.asks("late@example.net", now=now + 61 * MINUTE, network="10.1.2.9").reason is SignUpReason.CONFIRMATION_DUE


def test_tries_are_kept_for_a_day_and_without_addresses(shop: Shop, now: datetime) -> None:
    shop.asks(ANA, now=now)
    assert "ana" not in shop.rows(PublicTry)[0].address
    shop.asks("elena@example.net", now=now + timedelta(days=2))
    assert len(shop.rows(PublicTry)) == 1


def test_a_suppressed_address_gets_no_mail_and_leaves_no_person(shop: Shop, now: datetime) -> None:
    with shop.database.begin() as session:
        assert suppression.suppress(session, "Dario@example.net", SuppressionReason.HARD_BOUNCE, ring=shop.ring, now=now)
        assert not suppression.suppress(session, "dario@example.net", SuppressionReason.COMPLAINT, ring=shop.ring, now=now)
    assert shop.asks("DARIO@example.net", now=now).reason is SignUpReason.SUPPRESSED
    assert shop.rows(Subscriber) == []


@pytest.mark.parametrize("again", [1, 2])
def test_s_53_a_confirmation_used_twice_changes_nothing(shop: Shop, now: datetime, again: int) -> None:
    asked = shop.asks(ANA, now=now)
    shop.confirms(asked.request_id, now=now)
    before = (len(shop.rows(Activity)), len(shop.rows(ConsentLine)))
    for _ in range(again):
        assert shop.confirms(asked.request_id, now=now + MINUTE).reason is ConfirmReason.ALREADY
    assert (len(shop.rows(Activity)), len(shop.rows(ConsentLine))) == before


def test_s_53_a_confirmation_ends_after_seven_days(shop: Shop, now: datetime) -> None:
    asked = shop.asks(ANA, now=now)
    assert shop.confirms(asked.request_id, now=now + timedelta(days=7)).reason is ConfirmReason.EXPIRED
    assert shop.states(ANA) == {"newsletter": "pending"}


def test_s_53_leaving_is_not_undone_by_an_old_confirmation(shop: Shop, now: datetime) -> None:
    asked = shop.asks("carla@example.net", "newsletter", "taller", now=now)
    shop.confirms(asked.request_id, now=now)
    waiting = shop.asks("carla@example.net", "rebajas", now=now + MINUTE)
    with shop.database.begin() as session:
        place = shop.place("carla@example.net", "newsletter")
        leaving.leave(session, place, method=LeaveMethod.PAGE, now=now + 2 * MINUTE, everything=True)
    assert shop.confirms(asked.request_id, now=now + 3 * MINUTE).reason is ConfirmReason.LEFT_SINCE
    assert shop.confirms(waiting.request_id, now=now + 3 * MINUTE).reason is ConfirmReason.LEFT_SINCE
    assert set(shop.states("carla@example.net").values()) == {"left"}


def test_carla_who_left_comes_back_by_confirming_anew_and_is_no_newcomer(shop: Shop, now: datetime) -> None:
    carla = "carla@example.net"
    shop.joined(carla, now=now)
    with shop.database.begin() as session:
        leaving.leave(session, shop.place(carla, "newsletter"), method=LeaveMethod.ONE_CLICK, now=now + MINUTE)
    asked = shop.asks(carla, now=now + 2 * MINUTE)
    assert shop.states(carla) == {"newsletter": "left"}
    assert shop.confirms(asked.request_id, now=now + 3 * MINUTE).reason is ConfirmReason.CONFIRMED
    assert shop.states(carla) == {"newsletter": "confirmed"}
    assert shop.rows(Activity)[-1].detail == {"first": False}


def test_an_unknown_request_confirms_nobody(shop: Shop, now: datetime) -> None:
    assert shop.confirms(99, now=now).reason is ConfirmReason.UNKNOWN
    shop.joined(ANA, now=now)
    link = shop.asks(ANA, now=now)
    assert shop.confirms(link.request_id, now=now).reason is ConfirmReason.UNKNOWN


def test_ledger_lines_hold_no_address(shop: Shop, now: datetime) -> None:
    shop.joined(ANA, now=now)
    with shop.database.read() as session:
        assert ANA not in str(session.execute(select(Activity.detail, Activity.kind)).all())
