"""Carla leaves; Ana changes what she gets."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from mailflow.activity.models import Activity
from mailflow.audience import leaving, preferences, profile
from mailflow.audience.models import ConsentLine, List, Subscriber
from mailflow.audience.words import ChangeReason, Choices, LeaveMethod, LeaveOutcome, LeaveReason, Tracking
from tests.audience.audience_shop import Shop

ANA, CARLA = "ana@example.net", "carla@example.net"
DAY = timedelta(days=1)


def _leave(shop: Shop, email: str, slug: str, *, now: datetime, everything: bool = False) -> LeaveOutcome:
    place = shop.place(email, slug)
    with shop.database.begin() as session:
        return leaving.leave(session, place, method=LeaveMethod.PAGE, now=now, everything=everything)


def test_leaving_ends_one_list_at_once_and_writes_it_down(shop: Shop, now: datetime) -> None:
    shop.joined(CARLA, "newsletter", "taller", now=now)
    outcome = _leave(shop, CARLA, "newsletter", now=now)
    assert (outcome.reason, outcome.list_ids) == (LeaveReason.LEFT, (1,))
    assert shop.states(CARLA) == {"newsletter": "left", "taller": "confirmed"}
    line = shop.rows(Activity)[-1]
    assert (line.kind, line.list_id, line.detail) == ("left", 1, {"method": "page"})


def test_leaving_twice_writes_nothing_more(shop: Shop, now: datetime) -> None:
    shop.joined(CARLA, now=now)
    _leave(shop, CARLA, "newsletter", now=now)
    before = len(shop.rows(ConsentLine))
    assert _leave(shop, CARLA, "newsletter", now=now + DAY).reason is LeaveReason.ALREADY
    assert len(shop.rows(ConsentLine)) == before


def test_leaving_everything_ends_what_is_pending_too(shop: Shop, now: datetime) -> None:
    shop.joined(CARLA, "newsletter", now=now)
    shop.asks(CARLA, "taller", now=now)
    _leave(shop, CARLA, "newsletter", now=now, everything=True)
    assert set(shop.states(CARLA).values()) == {"left"}
    assert [line.kind for line in shop.rows(Activity)].count("left") == 1


def test_nobody_leaves_by_an_unknown_number(shop: Shop, now: datetime) -> None:
    with shop.database.begin() as session:
        assert leaving.leave(session, 77, method=LeaveMethod.STAFF, now=now).reason is LeaveReason.UNKNOWN
        assert leaving.come_back(session, 77, now=now).reason is LeaveReason.UNKNOWN


def test_coming_back_restores_only_what_was_left_in_the_same_moment(shop: Shop, now: datetime) -> None:
    shop.joined(CARLA, "newsletter", "taller", "rebajas", now=now)
    _leave(shop, CARLA, "rebajas", now=now)
    _leave(shop, CARLA, "newsletter", now=now + timedelta(minutes=1), everything=True)
    place = shop.place(CARLA, "newsletter")
    with shop.database.begin() as session:
        outcome = leaving.come_back(session, place, now=now + timedelta(minutes=2))
    assert outcome.reason is LeaveReason.BACK
    assert shop.states(CARLA) == {"newsletter": "confirmed", "taller": "confirmed", "rebajas": "left"}


def test_a_list_never_confirmed_is_not_joined_by_taking_back(shop: Shop, now: datetime) -> None:
    shop.asks(CARLA, now=now)
    _leave(shop, CARLA, "newsletter", now=now)
    place = shop.place(CARLA, "newsletter")
    with shop.database.begin() as session:
        assert leaving.come_back(session, place, now=now).reason is LeaveReason.TOO_LATE
    assert shop.states(CARLA) == {"newsletter": "left"}


def test_joining_by_ones_own_link_needs_no_second_mail(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, "newsletter", now=now)
    with shop.database.begin() as session:
        outcome = preferences.change(session, ana, Choices(list_ids=frozenset({2}), wording="Marcado es que lo recibes."), now=now)
    assert (outcome.reason, outcome.joined, outcome.left) == (ChangeReason.CHANGED, (2,), (1,))
    assert shop.states(ANA) == {"newsletter": "left", "taller": "confirmed"}
    joined, left = shop.rows(ConsentLine)[-2:]
    assert (joined.granted, joined.method, joined.wording) == (True, "preferences", "Marcado es que lo recibes.")
    assert (left.granted, left.list_id) == (False, 1)
    assert [line.kind for line in shop.rows(Activity)][-3:] == ["confirmed", "left", "preferences-changed"]


def test_s_22_a_private_list_is_joined_by_nobody(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, "newsletter", now=now)
    with shop.database.begin() as session:
        session.scalars(select(List).where(List.slug == "rebajas")).one().public = False
    with shop.database.begin() as session:
        preferences.change(session, ana, Choices(list_ids=frozenset({1, 3})), now=now)
        assert [one.slug for one in preferences.offered_lists(session, ana)] == ["newsletter", "taller"]
    assert shop.states(ANA) == {"newsletter": "confirmed"}


def test_s_22_an_internal_field_is_changed_by_nobody(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, now=now)
    with shop.database.begin() as session:
        profile.set_values(session, ana, {"tier": "club"})
        preferences.change(session, ana, Choices(values={"tier": "premium", "first_name": "Ana"}), now=now)
        assert profile.values(session, [ana])[ana] == {"tier": "club", "first_name": "Ana"}
        shown = preferences.current(session, ana)
        assert shown
        assert "tier" not in shown.values


def test_what_is_not_chosen_stays_as_it_is(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, now=now, values={"first_name": "Ana", "birth_date": date(1988, 3, 14)}, tracking=True)
    with shop.database.begin() as session:
        outcome = preferences.change(session, ana, Choices(), now=now)
        assert outcome.reason is ChangeReason.UNCHANGED
        known = preferences.current(session, ana)
    assert known
    assert (known.values, known.tracking) == ({"first_name": "Ana", "birth_date": date(1988, 3, 14)}, Tracking.INDIVIDUAL)


def test_consent_to_tracking_is_withdrawn_at_once(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, now=now, tracking=True)
    with shop.database.begin() as session:
        preferences.change(session, ana, Choices(tracking=Tracking.AGGREGATE, tracking_wording="Podéis tener en cuenta…"), now=now)
        assert session.get_one(Subscriber, ana).tracking == "aggregate"
    line = shop.rows(ConsentLine)[-1]
    assert (line.purpose, line.granted, line.wording) == ("tracking", False, "Podéis tener en cuenta…")


def test_an_unknown_language_is_left_out(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, now=now)
    with shop.database.begin() as session:
        preferences.change(session, ana, Choices(language="tlh"), now=now)
        assert session.get_one(Subscriber, ana).language == "es"
        preferences.change(session, ana, Choices(language="en"), now=now)
        assert session.get_one(Subscriber, ana).language == "en"
        assert preferences.change(session, 99, Choices(), now=now).reason is ChangeReason.UNKNOWN
