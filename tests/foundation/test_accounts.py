"""Who gets into the studio: guessing is slowed down, unknown accounts cost the same, and nobody waits for a hash."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from statistics import median
from threading import BoundedSemaphore
from time import perf_counter

import pytest
from sqlalchemy import func, select

from mailflow.foundation.accounts import (
    Knock,
    Pass,
    Place,
    SignInAttempt,
    StaffSession,
    User,
    add_user,
    digest,
    end_session,
    forget,
    hash_password,
    knock,
    let_in,
    matches,
    member,
    network_of,
    passwords,
    verify,
)
from mailflow.foundation.database import Database

BRUNO = "bruno@example.net"
PASSWORD = "aceite-nuevo-1"
OFFICE, STRANGE = Place("198.51.100.0/24"), Place("203.0.113.0/24")


@pytest.fixture
def staffed(database: Database, now: datetime) -> Database:
    """An installation where Bruno works."""
    with database.begin() as session:
        add_user(session, " Bruno@Example.net ", name="Bruno", password_hash=hash_password(PASSWORD), now=now)
    return database


def comes(database: Database, now: datetime, place: Place = OFFICE, *, email: str = BRUNO, password: str = PASSWORD) -> Pass | str:
    """What somebody gets who tries to sign in: a pass, or the reason why not."""
    with database.begin() as session:
        knocked = knock(session, email, place, now=now)
    result = verify(knocked, password)
    if result.reason != "right":
        return result.reason
    with database.begin() as session:
        return let_in(session, knocked, place, now=now) or "changed"


def guesses(database: Database, now: datetime, place: Place = STRANGE, *, times: int = 5, email: str = BRUNO) -> None:
    """As many wrong passwords, noted without the time that hashing takes."""
    for _ in range(times):
        with database.begin() as session:
            knock(session, email, place, now=now)


def networks(count: int) -> list[Place]:
    return [Place(network_of(f"192.0.{number}.7")) for number in range(count)]


def test_bruno_is_known_by_his_address_however_it_is_typed(staffed: Database, now: datetime) -> None:
    assert isinstance(comes(staffed, now, email="BRUNO@example.net "), Pass)


def test_s_35_five_failures_stop_even_the_right_password_for_a_quarter_of_an_hour(staffed: Database, now: datetime) -> None:
    for _ in range(5):
        assert comes(staffed, now, password="guessing") == "wrong"
    assert comes(staffed, now + timedelta(minutes=14)) == "too-many"
    assert isinstance(comes(staffed, now + timedelta(minutes=15, seconds=1)), Pass)


def test_s_35_guessing_from_one_network_stops_nobody_elsewhere(staffed: Database, now: datetime) -> None:
    guesses(staffed, now, STRANGE, times=50)
    assert comes(staffed, now, STRANGE) == "too-many"
    assert isinstance(comes(staffed, now, OFFICE), Pass)


def test_s_35_a_stopped_place_adds_no_more_failures(staffed: Database, now: datetime) -> None:
    guesses(staffed, now, times=8)
    with staffed.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 5


def test_s_35_another_account_is_not_stopped(staffed: Database, now: datetime) -> None:
    guesses(staffed, now, OFFICE, times=6, email="nobody@example.net")
    assert comes(staffed, now, email="nobody@example.net") == "too-many"
    assert isinstance(comes(staffed, now), Pass)


def test_s_35_one_network_cannot_try_a_password_on_everybody(staffed: Database, now: datetime) -> None:
    for number in range(10):
        guesses(staffed, now, STRANGE, times=1, email=f"somebody{number}@example.net")
    assert comes(staffed, now, STRANGE) == "too-many"


def test_s_35_many_networks_together_get_no_more_than_twenty_guesses(staffed: Database, now: datetime) -> None:
    for place in networks(30):
        guesses(staffed, now, place, times=1)
    with staffed.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 20


def test_s_35_the_owner_comes_in_from_her_own_device_while_many_networks_guess(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now, OFFICE)
    assert isinstance(given, Pass)
    for place in networks(30):
        guesses(staffed, now, place)
    on_a_journey = Place("100.64.7.0/24", digest(given.device))
    assert comes(staffed, now, Place("100.64.7.0/24")) == "too-many"
    assert isinstance(comes(staffed, now, on_a_journey), Pass)


def test_s_35_the_owner_comes_in_from_her_usual_network_while_many_networks_guess(staffed: Database, now: datetime) -> None:
    comes(staffed, now, OFFICE)
    for place in networks(30):
        guesses(staffed, now, place)
    assert isinstance(comes(staffed, now, OFFICE), Pass)


def test_s_35_in_a_network_where_a_stranger_guesses_the_owners_device_comes_in(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now, OFFICE)
    assert isinstance(given, Pass)
    guesses(staffed, now, OFFICE, times=9)
    assert comes(staffed, now, OFFICE) == "too-many"
    assert isinstance(comes(staffed, now, Place(OFFICE.network, digest(given.device))), Pass)


def test_s_35_a_known_device_gets_five_guesses_too(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now, OFFICE)
    assert isinstance(given, Pass)
    stolen = Place(STRANGE.network, digest(given.device))
    guesses(staffed, now, stolen, times=5)
    assert comes(staffed, now, stolen) == "too-many"


def test_s_35_a_device_known_to_one_account_is_a_stranger_to_the_others(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now, OFFICE)
    assert isinstance(given, Pass)
    carla = Place(STRANGE.network, digest(given.device))
    guesses(staffed, now, STRANGE, times=5, email="elena@example.net")
    assert comes(staffed, now, carla, email="elena@example.net") == "too-many"


def test_s_35_a_device_not_used_for_half_a_year_is_forgotten(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now, OFFICE)
    assert isinstance(given, Pass)
    later = now + timedelta(days=181)
    guesses(staffed, later, OFFICE)
    assert comes(staffed, later, Place(OFFICE.network, digest(given.device))) == "too-many"


def test_s_35_many_at_once_get_no_more_guesses_than_one_after_the_other(staffed: Database, now: datetime) -> None:
    def attempt(_number: int) -> bool:
        with staffed.begin() as session:
            return knock(session, BRUNO, STRANGE, now=now).attempt is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 5


def test_who_mistyped_and_then_comes_in_starts_anew(staffed: Database, now: datetime) -> None:
    guesses(staffed, now, OFFICE, times=4)
    guesses(staffed, now, STRANGE, times=3)
    assert isinstance(comes(staffed, now, OFFICE), Pass)
    with staffed.read() as session:
        assert set(session.scalars(select(SignInAttempt.network))) == {STRANGE.network}


def test_failures_are_kept_for_a_day_at_most(staffed: Database, now: datetime) -> None:
    guesses(staffed, now)
    guesses(staffed, now + timedelta(days=1, seconds=1), times=1)
    with staffed.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_neighbours_in_a_network_count_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_crowd_of_guesses_does_not_take_the_whole_machine(staffed: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_turns", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    with staffed.begin() as session:
        knocked = knock(session, BRUNO, OFFICE, now=now)
    with passwords._turns:
        assert verify(knocked, PASSWORD).reason == "busy"
    with staffed.begin() as session:
        forget(session, knocked)
    with staffed.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 0
    assert matches(None, "whatever") is False, "the turn is given back"


def test_s_33_an_unknown_account_takes_as_long_as_a_known_one(staffed: Database, now: datetime) -> None:
    with staffed.begin() as session:
        known, unknown = knock(session, BRUNO, OFFICE, now=now), knock(session, "nobody@example.net", OFFICE, now=now)
    verify(unknown, "warm")

    def seconds(knocked: Knock) -> float:
        began = perf_counter()
        verify(knocked, "guessing")
        return perf_counter() - began

    pairs = [(seconds(known), seconds(unknown)) for _ in range(7)]
    one, other = (median(side) for side in zip(*pairs, strict=True))
    assert other > one / 2, "an unknown account must be hashed too"


def test_a_disabled_account_is_nobody(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now)
    assert isinstance(given, Pass)
    with staffed.begin() as session:
        session.scalars(select(User)).one().disabled_at = now
    assert comes(staffed, now) == "wrong"
    with staffed.read() as session:
        assert member(session, given.session, now=now) is None


def test_s_31_signing_out_ends_that_session_and_no_other(staffed: Database, now: datetime) -> None:
    one, other = comes(staffed, now), comes(staffed, now, STRANGE)
    assert isinstance(one, Pass)
    assert isinstance(other, Pass)
    with staffed.begin() as session:
        end_session(session, one.session, now=now)
    with staffed.read() as session:
        assert member(session, one.session, now=now) is None
        assert member(session, other.session, now=now)


def test_s_31_a_new_password_ends_every_session_before_it(staffed: Database, now: datetime) -> None:
    before = comes(staffed, now)
    assert isinstance(before, Pass)
    with staffed.begin() as session:
        knocked = knock(session, BRUNO, OFFICE, now=now)
        given = let_in(session, knocked, OFFICE, new_hash=hash_password("a whole new sentence"), now=now)
    assert given
    with staffed.read() as session:
        assert member(session, before.session, now=now) is None
        assert member(session, given.session, now=now)
    assert comes(staffed, now) == "wrong"
    assert isinstance(comes(staffed, now, password="a whole new sentence"), Pass)


def test_s_31_a_session_ends_after_a_month_however_often_it_is_used(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now)
    assert isinstance(given, Pass)
    with staffed.read() as session:
        assert member(session, given.session, now=now + timedelta(days=29))
        assert member(session, given.session, now=now + timedelta(days=30)) is None


def test_who_verified_with_a_password_changed_meanwhile_is_not_let_in(staffed: Database, now: datetime) -> None:
    with staffed.begin() as session:
        knocked = knock(session, BRUNO, OFFICE, now=now)
    assert verify(knocked, PASSWORD).reason == "right"
    with staffed.begin() as session:
        session.scalars(select(User)).one().password_hash = hash_password("a whole new sentence")
    with staffed.begin() as session:
        assert let_in(session, knocked, OFFICE, now=now) is None


def test_s_39_only_digests_of_what_a_browser_is_given_are_kept(staffed: Database, now: datetime) -> None:
    given = comes(staffed, now)
    assert isinstance(given, Pass)
    with staffed.read() as session:
        row = session.scalars(select(StaffSession)).one()
    assert {given.session, given.device}.isdisjoint({row.digest, row.device})
    assert len(given.session) >= 43


def test_a_short_password_is_refused() -> None:
    with pytest.raises(ValueError, match="10 characters"):
        hash_password("short")
