"""What decides about a campaign: pure."""

from typing import NamedTuple

from mailflow.campaigns.words import Brake

ENOUGH_RESULTS = 200
"""Fewer say nothing yet."""
MOST_BOUNCES, MOST_BLOCKS, MOST_COMPLAINTS = 1 / 20, 1 / 20, 1 / 1000
"""Shares of the results at which providers begin to take a sender for a spammer."""
_FEW = 1 / 20


def is_templates_fault(failed: int, tried: int) -> bool:
    """Whether failures among a sample are the template's, not one person's: two of them, or one among fewer than twenty.

    Of a mail that fails for one in a thousand, a sample of a hundred holds two once in two hundred times; of one that fails for
    one in twenty it holds fewer than two once in twenty-seven.
    """
    return failed > 1 or (tried > 0 and failed / tried > _FEW)


class Results(NamedTuple):
    """What became of a campaign's messages so far: all that were taken or refused for good, and of them those that harm."""

    settled: int = 0
    hard: int = 0
    policy: int = 0
    complaints: int = 0

    def since(self, before: "Results") -> "Results":
        """What came after; nothing counts below zero, where refused ones were tried again."""
        return Results(*(max(0, now - then) for now, then in zip(self, before, strict=True)))


def brake_for(results: Results) -> Brake | None:
    """Why a campaign with these results shall stop until a person has looked, the worst first; None where all is well."""
    if results.settled < ENOUGH_RESULTS:
        return None
    if results.complaints >= MOST_COMPLAINTS * results.settled and results.complaints:
        return Brake.COMPLAINTS
    if results.hard >= MOST_BOUNCES * results.settled:
        return Brake.HARD_BOUNCES
    return Brake.POLICY_BLOCKS if results.policy >= MOST_BLOCKS * results.settled else None
