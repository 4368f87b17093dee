"""Who gets into the studio: guessing is slowed down, unknown accounts cost the same, and nobody waits for a hash."""

from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import func, select

from mailflow.foundation.accounts import SignInAttempt, User, add_user, hash_password, look_up, note_failure, set_password, verify
from mailflow.foundation.database import Database

BRUNO = "bruno@example.net"
PASSWORD = "aceite-nuevo-1"


@pytest.fixture
def staffed(database: Database, now: datetime) -> Database:
    """An installation where Bruno works."""
    with database.begin() as session:
        add_user(session, " Bruno@Example.net ", name="Bruno", password_hash=hash_password(PASSWORD), now=now)
    return database


def tries(database: Database, email: str, password: str, now: datetime) -> str:
    with database.read() as session:
        found = look_up(session, email, now=now)
    result = verify(found, password)
    if result.reason == "wrong":
        with database.begin() as session:
            note_failure(session, email, now=now)
    return result.reason


def test_bruno_is_known_by_his_address_however_it_is_typed(staffed: Database, now: datetime) -> None:
    assert tries(staffed, "BRUNO@example.net ", PASSWORD, now) == "signed-in"


def test_s_35_five_failures_stop_even_the_right_password_for_a_quarter_of_an_hour(staffed: Database, now: datetime) -> None:
    for _ in range(5):
        assert tries(staffed, BRUNO, "guessing", now) == "wrong"
    assert tries(staffed, BRUNO, PASSWORD, now + timedelta(minutes=14)) == "too-many"
    assert tries(staffed, BRUNO, PASSWORD, now + timedelta(minutes=15, seconds=1)) == "signed-in"


def test_s_35_a_stopped_account_adds_no_more_failures(staffed: Database, now: datetime) -> None:
    for _ in range(8):
        tries(staffed, BRUNO, "guessing", now)
    with staffed.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 5


def test_s_35_another_account_is_not_stopped(staffed: Database, now: datetime) -> None:
    for _ in range(6):
        tries(staffed, "nobody@example.net", "guessing", now)
    assert tries(staffed, "nobody@example.net", "guessing", now) == "too-many"
    assert tries(staffed, BRUNO, PASSWORD, now) == "signed-in"


def test_s_33_an_unknown_account_takes_as_long_as_a_known_one(staffed: Database, now: datetime) -> None:
    with staffed.read() as session:
        known, unknown = look_up(session, BRUNO, now=now), look_up(session, "nobody@example.net", now=now)
    verify(unknown, "warm")

    def seconds(found: object) -> float:
        began = perf_counter()
        verify(found, "guessing")  # type: ignore[arg-type]
        return perf_counter() - began

    pairs = [(seconds(known), seconds(unknown)) for _ in range(7)]
    one, other = (median(side) for side in zip(*pairs, strict=True))
    assert other > one / 2, "an unknown account must be hashed too"


def test_a_disabled_account_is_nobody(staffed: Database, now: datetime) -> None:
    with staffed.begin() as session:
        session.scalars(select(User)).one().disabled_at = now
    assert tries(staffed, BRUNO, PASSWORD, now) == "wrong"


def test_a_new_password_changes_the_stamp_of_sessions(staffed: Database) -> None:
    with staffed.begin() as session:
        account = session.scalars(select(User)).one()
        before = account.session_stamp
        set_password(account, hash_password("a whole new sentence"))
        assert account.session_stamp != before


def test_a_short_password_is_refused() -> None:
    with pytest.raises(ValueError, match="10 characters"):
        hash_password("short")
