"""A person's code: readable, unguessable, hers for ever, good for one order."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.foundation.database import Database
from mailflow.offers.change import change_offer, terms_of
from mailflow.offers.issue import issue_codes
from mailflow.offers.models import Code, Offer
from mailflow.offers.queries import codes_of, results
from mailflow.offers.ready import ensure_offer
from mailflow.offers.redeem import redeem
from mailflow.offers.rules import ALPHABET, faults, normalise, prefix
from mailflow.offers.words import OfferKind, RedeemReason, Terms, TermsFault

MADRID = "Europe/Madrid"


def person(session: Session, name: str, now: datetime) -> Subscriber:
    someone = Subscriber(email=f"{name}@example.net", email_key=f"{name}@example.net", source="form:newsletter", created_at=now)
    session.add(someone)
    session.flush()
    return someone


@pytest.fixture
def session(database: Database):
    with database.begin() as opened:
        yield opened


@pytest.fixture
def offer(session: Session, now: datetime) -> Offer:
    return ensure_offer(session, now=now)


@pytest.fixture
def ana(session: Session, now: datetime) -> Subscriber:
    return person(session, "ana", now)


@pytest.fixture
def code(session: Session, offer: Offer, ana: Subscriber, now: datetime) -> Code:
    return issue_codes(session, offer, {ana.id: "Ana"}, now=now, zone=MADRID)[ana.id]


def lines(session: Session, kind: Kind) -> list[Activity]:
    return list(session.scalars(select(Activity).where(Activity.kind == kind)))


def test_a_code_begins_with_the_first_name_and_ends_in_ten_clear_signs(code: Code):
    name, _, tail = code.text.partition("-")
    assert name == "ANA"
    assert len(tail) == 10
    assert set(tail) <= set(ALPHABET)


def test_the_alphabet_has_31_signs_none_like_another():
    assert len(set(ALPHABET)) == len(ALPHABET) == 31
    assert not set("01ILO") & set(ALPHABET)


@pytest.mark.parametrize(
    ("name", "start"),
    [("Ana", "ANA"), (" josé luis ", "JOSE"), ("Íñigo", "INIGO"), ("Ana-Belén", "BIENVENIDA"), ("", "BIENVENIDA"), ("李雷", "BIENVENIDA"),
     ("<script>", "BIENVENIDA"), ("A", "BIENVENIDA"), ("x" * 300, "BIENVENIDA"), ("Ana\x00", "BIENVENIDA")],
)  # fmt: skip
def test_only_a_plain_name_becomes_the_beginning(name: str, start: str):
    assert prefix(name, {"es": "Bienvenida y primera compra"}) == start


def test_an_offer_without_a_plain_word_still_has_codes():
    assert prefix("", {"es": "10 % menos"}) == "GIFT"


def test_a_code_ends_with_the_last_of_its_days_where_the_shop_is(code: Code):
    assert code.ends_at.astimezone(ZoneInfo(MADRID)) == datetime(2026, 12, 5, 23, 59, 59, tzinfo=ZoneInfo(MADRID))


def test_the_day_counts_where_the_shop_is_not_in_utc(session: Session, offer: Offer, ana: Subscriber):
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # already the 22nd in Madrid
    code = issue_codes(session, offer, {ana.id: ""}, now=late, zone=MADRID)[ana.id]
    assert code.ends_at.astimezone(ZoneInfo(MADRID)).day == 6


def test_s_54_asking_again_gives_the_same_code(session: Session, offer: Offer, ana: Subscriber, code: Code, now: datetime):
    again = issue_codes(session, offer, {ana.id: "Anita"}, now=now + timedelta(days=400), zone=MADRID)[ana.id]
    assert again is code
    assert len(lines(session, Kind.CODE_ISSUED)) == 1


def test_two_people_have_two_codes(session: Session, offer: Offer, code: Code, now: datetime):
    elena = person(session, "elena", now)
    assert issue_codes(session, offer, {elena.id: "Ana"}, now=now, zone=MADRID)[elena.id].text != code.text


def test_a_text_that_is_taken_is_not_given_again(session: Session, offer: Offer, code: Code, now: datetime, monkeypatch):
    texts = iter([code.text.partition("-")[2], "2222222222"])
    monkeypatch.setattr("mailflow.offers.issue._tail", lambda: next(texts))
    elena = person(session, "elena", now)
    assert issue_codes(session, offer, {elena.id: "Ana"}, now=now, zone=MADRID)[elena.id].text == "ANA-2222222222"


def test_the_ledger_knows_the_code_by_number_only(session: Session, code: Code):
    (line,) = lines(session, Kind.CODE_ISSUED)
    assert line.detail == {"code": code.id, "offer": code.offer_id}


def test_an_order_uses_the_code_up(session: Session, ana: Subscriber, code: Code, now: datetime):
    outcome = redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=now)
    assert outcome.reason == RedeemReason.REDEEMED
    assert (code.redeemed_at, code.order_reference) == (now, "A-1")
    assert lines(session, Kind.CODE_REDEEMED)[0].amount == 6400


def test_the_same_order_told_twice_is_redeemed_once(session: Session, ana: Subscriber, code: Code, now: datetime):
    for _ in range(2):
        told = redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=now)
        assert told.reason == RedeemReason.REDEEMED
    assert len(lines(session, Kind.CODE_REDEEMED)) == 1


def test_the_same_order_told_after_the_end_is_still_redeemed(session: Session, ana: Subscriber, code: Code, now: datetime):
    redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=now)
    late = redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=now + timedelta(days=30))
    assert late.reason == RedeemReason.REDEEMED


def test_another_order_cannot_use_it_again(session: Session, ana: Subscriber, code: Code, now: datetime):
    redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=now)
    assert redeem(session, code.text, subscriber_id=ana.id, reference="A-2", amount=6400, now=now).reason == RedeemReason.ALREADY_USED
    assert code.order_reference == "A-1"


@pytest.mark.parametrize(("late", "reason"), [(timedelta(0), RedeemReason.REDEEMED), (timedelta(seconds=1), RedeemReason.EXPIRED)])
def test_a_code_is_good_until_its_last_second(session: Session, ana: Subscriber, code: Code, late: timedelta, reason: RedeemReason):
    assert redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=code.ends_at + late).reason == reason


@pytest.mark.parametrize(("amount", "reason"), [(3999, RedeemReason.BELOW_MINIMUM), (4000, RedeemReason.REDEEMED)])
def test_a_small_order_leaves_the_code_unused(session: Session, ana: Subscriber, code: Code, now: datetime, amount: int, reason):
    assert redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=amount, now=now).reason == reason
    assert (code.redeemed_at is None) == (reason == RedeemReason.BELOW_MINIMUM)


def test_somebody_else_we_know_cannot_use_it_and_it_stays_hers(session: Session, ana: Subscriber, code: Code, now: datetime):
    elena = person(session, "elena", now)
    assert redeem(session, code.text, subscriber_id=elena.id, reference="E-1", amount=6400, now=now).reason == RedeemReason.ANOTHER_PERSON
    assert redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=now).reason == RedeemReason.REDEEMED


def test_an_order_from_an_address_we_do_not_know_may_use_it(session: Session, code: Code, now: datetime):
    assert redeem(session, code.text, subscriber_id=None, reference="A-1", amount=6400, now=now).reason == RedeemReason.REDEEMED
    assert lines(session, Kind.CODE_REDEEMED)[0].subscriber_id == code.subscriber_id


def test_a_code_typed_carelessly_is_understood(session: Session, ana: Subscriber, code: Code, now: datetime):
    typed = f"  {code.text.lower().replace('-', ' – ')}\n"
    assert redeem(session, typed, subscriber_id=ana.id, reference="A-1", amount=6400, now=now).reason == RedeemReason.REDEEMED


@given(st.text(max_size=300))
def test_any_text_can_be_asked_for(text: str):
    known = normalise(text)
    assert normalise(known) == known
    assert len(known) <= 40


@pytest.mark.parametrize("text", ["", "NOPE", "x" * 100_000, "' OR 1=1 --", "\x00", "%", "ANA-%"])
def test_an_unknown_code_is_said_to_be_unknown(session: Session, code: Code, now: datetime, text: str):
    assert redeem(session, text, subscriber_id=None, reference="A-1", amount=6400, now=now).reason == RedeemReason.UNKNOWN


def test_new_terms_leave_the_promise_already_given(session: Session, offer: Offer, ana: Subscriber, code: Code, now: datetime):
    conditions = {"es": "Desde 60 €.", "en": "From €60."}
    newer = change_offer(session, offer, Terms(15, 6000, 7, conditions), now=now).offer
    elena = person(session, "elena", now)
    hers = issue_codes(session, newer, {elena.id: ""}, now=now, zone=MADRID)[elena.id]
    assert redeem(session, hers.text, subscriber_id=elena.id, reference="E-1", amount=5000, now=now).reason == RedeemReason.BELOW_MINIMUM
    assert redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=5000, now=now).reason == RedeemReason.REDEEMED
    assert issue_codes(session, newer, {ana.id: ""}, now=now, zone=MADRID)[ana.id] is code
    assert codes_of(session, newer.id, [ana.id])[ana.id] is code
    assert ensure_offer(session, now=now) is newer


def test_new_terms_that_nobody_holds_a_code_of_change_the_offer_itself(session: Session, offer: Offer, now: datetime):
    changed = change_offer(session, offer, Terms(15, 6000, 7, offer.conditions), now=now)
    assert changed.offer is offer
    assert offer.value == 15


def test_the_same_terms_make_no_new_form(session: Session, offer: Offer, code: Code, now: datetime):
    assert change_offer(session, offer, terms_of(offer), now=now).offer is offer


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        (Terms(0, 0, 14, {"es": "a", "en": "b"}), TermsFault.VALUE),
        (Terms(101, 0, 14, {"es": "a", "en": "b"}), TermsFault.VALUE),
        (Terms(10, -1, 14, {"es": "a", "en": "b"}), TermsFault.MINIMUM),
        (Terms(10, 0, 0, {"es": "a", "en": "b"}), TermsFault.DAYS),
        (Terms(10, 0, 14, {"es": "a"}), TermsFault.CONDITIONS_EN),
        (Terms(10, 0, 14, {"es": "a\x00", "en": "b"}), TermsFault.CONDITIONS_ES),
    ],
)
def test_terms_that_cannot_be_kept_are_refused(terms: Terms, fault: TermsFault):
    assert faults(OfferKind.PERCENT, terms) == [fault]


def test_what_an_offer_brought_survives_the_person(session: Session, offer: Offer, ana: Subscriber, code: Code, now: datetime):
    redeem(session, code.text, subscriber_id=ana.id, reference="A-1", amount=6400, now=now)
    session.delete(ana)
    session.flush()
    brought = results(session, offer)
    assert (brought.issued, brought.redeemed, brought.revenue) == (1, 1, 6400)
