"""Pure decisions: what is to be done with somebody at a step, and which settings make sense."""

from collections.abc import Callable, Mapping

from mailflow.sequences.words import Act, Condition, EndReason, Facts, Move, StepKind

LIMITS: Mapping[str, tuple[int, int]] = {"quiet_days": (30, 730), "before_code_ends_days": (1, 60), "days": (3, 90)}
"""Least and most days of each setting of a sequence."""

_PLAIN = {StepKind.MAIL: Move(Act.SEND), StepKind.MARK: Move(Act.MARK)}


def next_move(kind: str, word: str | None, facts: Facts) -> Move:
    """What to do at a step of this kind (``word`` is a condition's question); whoever left the list goes no further."""
    if not facts.in_list:
        return Move(Act.END, EndReason.LEFT)
    if kind == StepKind.CONDITION:
        reason = _CONDITIONS[Condition(word or "")](facts)
        return Move(Act.END, reason) if reason else Move(Act.GO_ON)
    if kind == StepKind.WAIT:
        return Move(Act.GO_ON if facts.waited else Act.WAIT)
    return _PLAIN[StepKind(kind)]


def day_faults(days: Mapping[str, int], *, code_days: int | None) -> list[str]:
    """Which settings are out of bounds; a reminder must come between the first day of the code and its last."""
    wrong = [key for key, value in days.items() if not LIMITS[key][0] <= value <= LIMITS[key][1]]
    reminder = days.get("before_code_ends_days")
    if reminder is not None and code_days is not None and reminder >= code_days and "before_code_ends_days" not in wrong:
        wrong.append("before_code_ends_days")
    return wrong


def _why_no_reminder(facts: Facts) -> EndReason | None:
    """A reminder needs a code that can still be used."""
    if facts.code_ends_at is None:
        return EndReason.NO_CODE
    if facts.code_used:
        return EndReason.CODE_USED
    return EndReason.CODE_ENDED if facts.code_ends_at <= facts.now else None


def _why_not_silent(facts: Facts) -> EndReason | None:
    """Only silence after a mail that arrived is an answer."""
    if facts.answered:
        return EndReason.ANSWERED
    return None if facts.reached else EndReason.NOT_REACHED


_CONDITIONS: Mapping[Condition, Callable[[Facts], EndReason | None]] = {
    Condition.CODE_UNUSED: _why_no_reminder,
    Condition.STILL_QUIET: _why_not_silent,
}
