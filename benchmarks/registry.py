"""What can be measured, and the form of a figure."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table and of build/bench.json. ``ratio`` is value over reference, better when greater unless a unit of time."""

    key: str
    value: float
    unit: str
    reference: str
    reference_value: float

    def as_json(self) -> dict[str, float | str]:
        """The form that build/bench.json keeps under the key."""
        return {
            "value": round(self.value, 3),
            "unit": self.unit,
            "reference": self.reference,
            "reference_value": round(self.reference_value, 3),
            "ratio": round(self.value / self.reference_value, 3) if self.reference_value else 0.0,
        }


Bench = Callable[[], Figure]
_BENCHES: dict[str, Bench] = {}


def bench(key: str) -> Callable[[Bench], Bench]:
    """Put a function that measures one figure into the table under ``key``."""

    def register(measure: Bench) -> Bench:
        _BENCHES[key] = measure
        return measure

    return register


def chosen(only: Sequence[str]) -> Iterator[tuple[str, Bench]]:
    """All benches, or those named and the yardsticks; ValueError for a name that nobody knows."""
    if unknown := sorted(set(only) - set(_BENCHES)):
        raise ValueError(f"No bench is called {unknown[0]!r}; there are {', '.join(sorted(_BENCHES))}.")
    for key, measure in _BENCHES.items():
        if not only or key in only or key.startswith("yardstick."):
            yield key, measure


def interleaved(rounds: int, ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float]:
    """The medians of two rates measured in turns, so that the machine's mood meets both."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            pairs.append((ours(), theirs()))
        else:
            other = theirs()
            pairs.append((ours(), other))
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
