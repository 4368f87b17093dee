"""Kinds of step, states of an enrolment, and the reasons for which one ends."""

from enum import StrEnum


class StepKind(StrEnum):
    """What a step does."""

    MAIL = "mail"
    WAIT = "wait"
    CONDITION = "condition"
    """Go on only if it holds; else the enrolment ends with the condition's word as its reason."""
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
