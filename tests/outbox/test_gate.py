"""The gate's rule: who may be written to now, and the word for who may not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.outbox.rules import MOST_TRIES, Answer, Facts, after_interruption, may_go, next_try
from mailflow.outbox.words import MailingKind, MailingState, Policy, Reason, State

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ANA = Facts(
    kind=MailingKind.CAMPAIGN,
    mailing_state=MailingState.OPEN,
    expires_at=None,
    known=True,
    subscription="confirmed",
    has_list=True,
    suppressed=False,
    silent=False,
)


def test_a_confirmed_reader_may_be_written_to() -> None:
    assert may_go(ANA, now=NOW).answer == Answer.GO


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subscription": "left"}, Reason.LEFT),
        ({"subscription": "pending"}, Reason.UNCONFIRMED),
        ({"subscription": None}, Reason.LEFT),
        ({"suppressed": True}, Reason.SUPPRESSED),
        ({"known": False}, Reason.ERASED),
        ({"silent": True}, Reason.SILENT),
        ({"mailing_state": MailingState.CANCELLED}, Reason.CANCELLED),
        ({"expires_at": NOW}, Reason.EXPIRED),
    ],
)
def test_who_may_not_be_written_to_has_a_reason(change: dict[str, object], reason: Reason) -> None:
    verdict = may_go(ANA._replace(**change), now=NOW)
    assert (verdict.answer, verdict.reason) == (Answer.NO, reason)


def test_a_pause_is_not_now_rather_than_no() -> None:
    assert may_go(ANA._replace(mailing_state=MailingState.PAUSED), now=NOW).answer == Answer.LATER


def test_a_welcome_reaches_who_was_marked_silent_once() -> None:
    assert may_go(ANA._replace(kind=MailingKind.STEP, silent=True), now=NOW).answer == Answer.GO


def test_a_notice_needs_no_list_but_still_respects_suppression() -> None:
    notice = ANA._replace(kind=MailingKind.NOTICE, has_list=False, subscription=None)
    assert may_go(notice, now=NOW).answer == Answer.GO
    assert may_go(notice._replace(suppressed=True), now=NOW).reason == Reason.SUPPRESSED


@given(attempt=st.integers(1, 40), jitter=st.floats(0, 1), hours=st.integers(0, 100), hint=st.none() | st.integers(0, 10_000))
def test_trying_again_is_always_later_and_always_ends(attempt: int, jitter: float, hours: int, hint: int | None) -> None:
    first = NOW - timedelta(hours=hours)
    again = next_try(attempt, first_due=first, now=NOW, jitter=jitter, hint=None if hint is None else timedelta(minutes=hint))
    if attempt >= MOST_TRIES or hours >= 72:
        assert again is None
    if again is not None:
        assert NOW + timedelta(minutes=4) <= again <= first + timedelta(hours=72)


def test_a_server_that_says_when_is_believed_up_to_four_hours() -> None:
    assert next_try(1, first_due=NOW, now=NOW, jitter=0.5, hint=timedelta(hours=9)) == NOW + timedelta(hours=4)


def test_after_a_crash_only_what_had_begun_is_doubtful() -> None:
    assert after_interruption(State.CLAIMED, Policy.HOLD) == (State.PENDING, None)
    assert after_interruption(State.SENDING, Policy.HOLD) == (State.UNCERTAIN, Reason.INTERRUPTED)
    assert after_interruption(State.SENDING, Policy.RESEND) == (State.PENDING, Reason.INTERRUPTED)


def test_nobody_gets_a_third_copy_for_a_senders_misfortunes() -> None:
    assert after_interruption(State.SENDING, Policy.RESEND, doubted_before=True) == (State.UNCERTAIN, Reason.INTERRUPTED)
