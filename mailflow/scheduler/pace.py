"""How many messages to take in hand at once: as many as leave within the life of an intent, measured, not configured."""

import time

_WINDOW = 0.2
"""Seconds over which the rate is averaged."""
_BURST_SECONDS = 0.072
"""What passes the gate at once leaves in this time, so that hardly an intent grows too old (they live 80 ms)."""
_AHEAD_SECONDS = 0.25
"""What is claimed and read ahead lasts this long."""
_MOST_AT_ONCE = 600
"""Keeps a turn's transaction well below the 50 ms that SQLite's one writer may take."""
_MOST_AHEAD = 2000
_BRISK = 50.0
"""Messages a second; hardly any server is slower by itself with ten connections."""
_HOPED = 2000.0
"""Messages a second to begin with."""
_LULL = 0.045
"""Seconds between two turns when nothing is urgent: fewer, larger transactions."""
_GLANCE = 0.005
"""Seconds after which it is looked again whether something is."""


class Pace:
    """The rate at which messages are answered, and what follows from it."""

    def __init__(self) -> None:
        """A hopeful guess: a slow server is found out within a turn or two, at the price of some intents that grow too old."""
        self._rate = _HOPED
        self._since = time.monotonic()

    def answered(self, count: int) -> None:
        """So many were answered since the last call."""
        now = time.monotonic()
        spent = max(now - self._since, 1e-6)
        weight = min(spent / _WINDOW, 1.0)
        self._rate += (count / spent - self._rate) * weight
        self._since = now

    @property
    def is_brisk(self) -> bool:
        """Whether so many leave that connections alone are not what is waited for."""
        return self._rate > _BRISK

    @property
    def burst(self) -> int:
        """How many leave within an intent's life."""
        return min(int(self._rate * _BURST_SECONDS), _MOST_AT_ONCE)

    @property
    def lull(self) -> float:
        """Seconds to gather answers before the next turn."""
        return _LULL

    @property
    def glance(self) -> float:
        """Seconds between two looks at how much is left."""
        return _GLANCE

    def ahead(self, connections: int) -> int:
        """How many to have claimed in advance for so many connections."""
        return min(max(connections * 2, int(self._rate * _AHEAD_SECONDS)), _MOST_AHEAD)
