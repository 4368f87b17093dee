"""Kinds of step, states of an enrolment, the reasons for which one ends, and what a step is decided by."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StepKind(StrEnum):
    """What a step does."""

    MAIL = "mail"
    WAIT = "wait"
    CONDITION = "condition"
    """Go on only if it holds; else the enrolment ends, with its reason."""
    MARK = "mark"
    """Write something down about the person (silent)."""


class Trigger(StrEnum):
    """What brings a person in."""

    CONFIRMED = "confirmed"
    """The first confirmed subscription."""
    QUIET = "quiet"
    """Neither clicked nor bought for a number of days."""


class EnrolmentState(StrEnum):
    """Where a person is in a sequence."""

    ACTIVE = "active"
    DONE = "done"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why somebody's way through a sequence is over."""

    FINISHED = "finished"
    """She went through all of it."""
    LEFT = "left"
    """She is not in the list any more."""
    CODE_USED = "code-used"
    CODE_ENDED = "code-ended"
    NO_CODE = "no-code"
    ANSWERED = "answered"
    """She clicked, bought, joined a list or saw to her preferences since she was written to."""
    NOT_REACHED = "not-reached"
    """No mail of this sequence arrived: silence says nothing about her."""


class Condition(StrEnum):
    """The questions a condition step can ask."""

    CODE_UNUSED = "code-unused"
    STILL_QUIET = "still-quiet"


class Act(StrEnum):
    """What is to be done with somebody at a step."""

    SEND = "send"
    WAIT = "wait"
    MARK = "mark"
    GO_ON = "go-on"
    END = "end"


@dataclass(frozen=True)
class Move:
    """One decision; ``reason`` says why an enrolment ends."""

    act: Act
    reason: EndReason | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a person at a step, read in the transaction that acts on it."""

    now: datetime
    in_list: bool
    """Her subscription to the enrolment's list is confirmed."""
    waited: bool = False
    """She stands at a wait whose time is over."""
    code_ends_at: datetime | None = None
    """None when she has no code."""
    code_used: bool = False
    answered: bool = False
    """A human click, an order, a confirmed list or changed preferences since she came in."""
    reached: bool = False
    """A mail of this enrolment was sent and has not bounced."""
