"""How sure a rate is, and what a table of groups says in one sentence; pure arithmetic."""

from collections.abc import Sequence
from datetime import date
from math import sqrt
from statistics import NormalDist

from mailflow.reporting.words import SMALLEST_GROUP, UNKNOWN, Difference, Figures, Interval, Row, Verdict, VerdictKind

CONFIDENCE = 0.95
MONTHS = 12


def wilson(hits: int, tries: int, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of a share (Wilson 1927); from 0 to 1 when nothing was tried."""
    if tries == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, widen = hits / tries, z * z / tries
    middle = (rate + widen / 2) / (1 + widen)
    reach = z / (1 + widen) * sqrt(rate * (1 - rate) / tries + widen / (4 * tries))
    return Interval(min(rate, max(0.0, middle - reach)), max(rate, min(1.0, middle + reach)))


def newcombe(one: tuple[int, int], other: tuple[int, int], confidence: float = CONFIDENCE) -> Interval:
    """Interval of the difference of two shares, each (hits, tries), from their Wilson intervals (Newcombe 1998, method 10)."""
    first, second = one[0] / one[1], other[0] / other[1]
    near, far = wilson(*one, confidence), wilson(*other, confidence)
    by = first - second
    down = sqrt((first - near.low) ** 2 + (far.high - second) ** 2)
    up = sqrt((near.high - first) ** 2 + (second - far.low) ** 2)
    return Interval(by - down, by + up)


def compare(group: Figures, total: Figures, groups: int) -> Difference | None:
    """A group's click rate beside that of everyone else; None where either side is too small to say."""
    tries, rest_tries = group.delivered, total.delivered - group.delivered
    if tries < SMALLEST_GROUP or rest_tries < SMALLEST_GROUP:
        return None
    one, other = (group.clicked, tries), (total.clicked - group.clicked, rest_tries)
    rest = other[0] / other[1]
    strict = newcombe(one, other, 1 - (1 - CONFIDENCE) / max(1, groups))
    return Difference(rest, one[0] / one[1] - rest, newcombe(one, other), not strict.touches_zero)


def verdict(rows: Sequence[Row]) -> Verdict:
    """The one thing the table says: the known group furthest from the rest among those that differ for sure."""
    if not any(row.figures.delivered for row in rows):
        return Verdict(VerdictKind.NOTHING_YET)
    if all(row.small for row in rows):
        return Verdict(VerdictKind.ALL_SMALL)
    compared = [(row, row.difference) for row in rows if row.difference and row.value != UNKNOWN]
    if not compared:
        return Verdict(VerdictKind.ONE_GROUP)
    sure = sorted(((row, found) for row, found in compared if found.sure), key=lambda pair: -abs(pair[1].by))
    if not sure:
        return Verdict(VerdictKind.NO_DIFFERENCE)
    first, found = sure[0]
    above = tuple(row.value for row, other in sure[1:] if other.by > 0)
    below = tuple(row.value for row, other in sure[1:] if other.by < 0)
    return Verdict(VerdictKind.MORE if found.by > 0 else VerdictKind.LESS, first, above, below)


def last_months(today: date) -> list[date]:
    """The first days of the last twelve months, the present one last."""
    present = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(present - MONTHS + 1, present + 1)]
