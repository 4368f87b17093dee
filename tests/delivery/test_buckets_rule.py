"""The bucket's rule, whatever happens: never more than its pace allows, and back to what it was within ninety minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.delivery.families import domains_of, family_named, family_of, name_of
from mailflow.delivery.rules import (
    CAPACITY,
    FORGIVEN_BY,
    LEAST,
    SETTLING,
    SLOW_BY,
    STEP,
    STEPS,
    STOPPED_FOR,
    Slowing,
    filled,
    free_at,
    is_on_trial,
    next_slot,
    pace,
    slowed,
    stopped,
    struck,
)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
rates = st.floats(LEAST, 1e6)
moments = st.integers(0, 10**7).map(lambda ms: NOON + timedelta(milliseconds=ms))


@given(rates, st.lists(st.tuples(st.floats(0, 30), st.integers(1, 50)), max_size=60))
def test_no_more_go_than_the_rate_and_one_filling_allow(rate: float, asks: list[tuple[float, int]]) -> None:
    """However often and for however many senders ask."""
    tokens, at, now, gone = 0.0, NOON, NOON, 0
    for pause, wanted in asks:
        now += timedelta(seconds=pause)
        tokens, at = filled(tokens, at, rate, now)
        granted = min(wanted, int(tokens))
        tokens, gone = tokens - granted, gone + granted
    minutes = (now - NOON) / timedelta(minutes=1)
    assert gone <= rate * minutes + 1e-3
    assert tokens <= max(1.0, rate * (CAPACITY / timedelta(minutes=1))) + 1e-3


@given(rates, st.lists(moments, min_size=1, max_size=60))
def test_clocks_that_differ_by_moments_fill_nothing_twice(rate: float, times: list[datetime]) -> None:
    """Each machine asks by its own clock, and takes all it gets: together no more than the foremost clock allows."""
    times = [NOON + (one - NOON) / 200 for one in times]  # within fifty seconds
    tokens, at, gone = 0.0, NOON, 0
    for now in times:
        tokens, at = filled(tokens, at, rate, now)
        gone, tokens = gone + int(tokens), tokens - int(tokens)
    assert gone <= rate * ((max(times) - NOON) / timedelta(minutes=1)) + 1e-3


def test_a_clock_that_was_a_day_ahead_stops_nobody_for_a_day() -> None:
    tokens, at = filled(0.0, NOON + timedelta(days=1), 60.0, NOON)
    assert filled(tokens, at, 60.0, NOON + timedelta(seconds=2))[0] >= 1
    assert pace(Slowing(600, 60, NOON + timedelta(days=1)), NOON) is None


@given(rates)
def test_a_tenth_at_once_and_as_before_after_ninety_minutes(measured: float) -> None:
    slowing = slowed(None, measured, NOON)
    assert pace(slowing, NOON) == pytest.approx(max(measured, LEAST * SLOW_BY) / SLOW_BY)
    assert free_at(slowing) <= NOON + timedelta(minutes=90)
    assert pace(slowing, NOON + STEP * STEPS) is None
    steps = [pace(slowing, NOON + STEP * step) for step in range(STEPS)]
    assert all(one < two for one, two in pairwise(steps))  # type: ignore[operator]  # none is free yet


@given(rates, st.lists(st.tuples(st.sampled_from(["throttle", "policy"]), st.integers(0, 40)), max_size=30))
def test_it_is_never_below_the_least_nor_above_what_it_was_and_always_ends(measured: float, said: list[tuple[str, int]]) -> None:
    slowing, now = slowed(None, measured, NOON), NOON
    for what, quarters in said:
        now += quarters * STEP / 3
        before = pace(slowing, now)
        slowing = (slowed if what == "throttle" else stopped)(slowing, measured, now)
        after = pace(slowing, now)
        assert after is not None
        assert after == 0 or after >= LEAST - 1e-9
        assert before is None or after <= before + 1e-9 or after <= LEAST
    assert free_at(slowing) <= now + STOPPED_FOR + timedelta(hours=12)
    assert pace(slowing, free_at(slowing)) is None


def test_what_was_under_way_slows_nothing_twice_and_new_complaints_do() -> None:
    first = slowed(None, 6000, NOON)
    assert slowed(first, 6000, NOON + SETTLING / 2) == first
    again = slowed(first, 6000, NOON + SETTLING)
    assert pace(again, NOON + SETTLING) == pytest.approx(60)
    assert again.usual == 6000


def test_after_a_stop_it_is_tried_with_few_and_one_refusal_is_enough() -> None:
    held = stopped(None, 6000, NOON)
    assert pace(held, NOON + STOPPED_FOR - timedelta(seconds=1)) == 0
    assert not is_on_trial(held, NOON)
    later = NOON + STOPPED_FOR
    assert pace(held, later) == pytest.approx(60)
    assert is_on_trial(held, later)
    assert stopped(held, 0, NOON + timedelta(hours=1)) == held
    assert stopped(held, 0, later).until == later + STOPPED_FOR
    assert not is_on_trial(held, free_at(held))


@given(st.floats(0, 100), st.integers(0, 10_000), st.integers(0, 100))
def test_taken_messages_make_up_for_complaints_and_nothing_counts_below_zero(before: float, taken: int, new: int) -> None:
    assert struck(before, taken, new) >= new
    assert struck(before, taken + FORGIVEN_BY, new) <= struck(before, taken, new)
    assert struck(2.0, 2 * FORGIVEN_BY, 1) == 1


@given(st.just(0.0) | rates, st.none() | moments, moments)
def test_a_place_is_ahead_but_no_further_than_the_next_look(rate: float, taken: datetime | None, now: datetime) -> None:
    slot = next_slot(taken, rate, now)
    assert now <= slot <= now + STEP


def test_large_providers_are_known_by_all_their_domains() -> None:
    for domain, family in (
        ("gmail.com", "google"), ("GoogleMail.com", "google"), ("hotmail.es", "microsoft"), ("outlook.com", "microsoft"),
        ("msn.com", "microsoft"), ("yahoo.co.uk", "yahoo"), ("aol.com", "yahoo"), ("me.com", "apple"), ("web.de", "gmx"),
        ("orange.es", "orange-es"), ("panaderia.example", "panaderia.example"), ("mygmail.com", "mygmail.com"), ("google", "google"),
    ):  # fmt: skip
        assert family_of(domain) == family
        assert domain.lower() in domains_of(family) or domain == family
    assert name_of("google") == "Gmail"
    assert family_named("gmail") == family_named("google") == "google"
    assert name_of("panaderia.example") == "panaderia.example"
