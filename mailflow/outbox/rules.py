"""The gate: may this message go now, to this person? Pure; later conditions are added here and nowhere else."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from mailflow.outbox.words import MailingKind, MailingState, Policy, Reason, State


class Answer(StrEnum):
    """The three answers of the gate."""

    GO = "go"
    LATER = "later"
    NO = "no"


class Verdict(NamedTuple):
    """An answer with its reason; ``until`` is when to ask again."""

    answer: Answer
    reason: Reason | None = None
    until: datetime | None = None


class Facts(NamedTuple):
    """What the gate knows of one message, read in the transaction that writes the intent to send."""

    kind: str
    mailing_state: str
    expires_at: datetime | None
    known: bool
    """The person still exists."""
    subscription: str | None
    """State of the person in the message's list; None when the message has no list or she never joined it."""
    has_list: bool
    suppressed: bool
    silent: bool


_GO = Verdict(Answer.GO)
_MARKETING = frozenset({MailingKind.CAMPAIGN, MailingKind.STEP})
_LEAVES_THE_SILENT_IN_PEACE = frozenset({MailingKind.CAMPAIGN})


def is_blocked(scopes: Collection[str], kind: str, list_id: int | None) -> bool:
    """Whether what an address gets nothing of covers a mail of this kind and list; notices stop at nothing but everything."""
    return "everything" in scopes or (kind in _MARKETING and ("marketing" in scopes or f"list:{list_id}" in scopes))


def may_go(facts: Facts, *, now: datetime) -> Verdict:
    """Go, not now, or no with its final reason. A test goes to staff and asks nobody."""
    if facts.mailing_state == MailingState.CANCELLED:
        return _no(Reason.CANCELLED)
    if facts.mailing_state == MailingState.PAUSED:
        return Verdict(Answer.LATER, Reason.PAUSED, now)
    if facts.expires_at and facts.expires_at <= now:
        return _no(Reason.EXPIRED)
    return _GO if facts.kind == MailingKind.TEST else _may_reach(facts)


def _may_reach(facts: Facts) -> Verdict:
    if not facts.known:
        return _no(Reason.ERASED)
    if facts.suppressed:
        return _no(Reason.SUPPRESSED)
    if facts.has_list and facts.subscription != "confirmed":
        return _no(Reason.UNCONFIRMED if facts.subscription == "pending" else Reason.LEFT)
    if facts.silent and facts.kind in _LEAVES_THE_SILENT_IN_PEACE:
        return _no(Reason.SILENT)
    return _GO


def _no(reason: Reason) -> Verdict:
    return Verdict(Answer.NO, reason)


_BACKOFF = (5, 10, 20, 40, 60)
"""Minutes; then hourly (RFC 5321 section 4.5.4.1 asks for patience, 30 minutes being its ordinary pause)."""
MOST_TRIES = 20
LONGEST_TRYING = timedelta(hours=72)
LONGEST_HINT = timedelta(hours=4)
LONGEST_PAUSE = LONGEST_HINT + timedelta(minutes=15)
"""No pause between two tries is longer, with its jitter."""


def next_try(attempt: int, *, first_due: datetime, now: datetime, jitter: float, hint: timedelta | None = None) -> datetime | None:
    """When to try again after ``attempt`` tries, or None when it is enough; ``jitter`` from 0 to 1 spreads by a fifth each way.

    A server's own hint ("in 10 minutes") is honoured up to four hours.
    """
    pause = timedelta(minutes=_BACKOFF[min(attempt, len(_BACKOFF)) - 1]) * (0.8 + 0.4 * jitter)
    if hint is not None:
        pause = max(pause, min(hint, LONGEST_HINT))
    again = now + pause
    return None if attempt >= MOST_TRIES or again > first_due + LONGEST_TRYING else again


def after_interruption(state: str, policy: str, *, doubted_before: bool = False) -> tuple[State, Reason | None]:
    """Where a dead worker's message goes: untouched if no intent was written, else uncertain, or again by policy.

    It goes again once: nobody gets a third copy for a sender's misfortunes.
    """
    if state == State.CLAIMED:
        return State.PENDING, None
    if policy == Policy.RESEND and not doubted_before:
        return State.PENDING, Reason.INTERRUPTED
    return State.UNCERTAIN, Reason.INTERRUPTED
