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
_TURN = 0.015
"""Seconds that a turn is taken to last until some were measured; over a network they last twice that."""
_OFTEN_LONGER, _SURELY = 1.5, 0.5
"""So many times the usual a turn may well last, and surely lasts: connections that run dry meanwhile wait for it, and an intent that
is stored too early grows too old."""
_AT_MOST_LEFT = 0.7
"""Of what leaves within an intent's life no more is left when the next turn begins: turns would be many and small."""


class Pace:
    """The rate at which messages are answered, and what follows from it."""

    def __init__(self) -> None:
        """A hopeful guess: a slow server is found out within a turn or two, at the price of some intents that grow too old."""
        self._rate = _HOPED
        self._turn = _TURN
        self._since = time.monotonic()

    def answered(self, count: int) -> None:
        """So many were answered since the last call."""
        now = time.monotonic()
        spent = max(now - self._since, 1e-6)
        weight = min(spent / _WINDOW, 1.0)
        self._rate += (count / spent - self._rate) * weight
        self._since = now

    def turned(self, seconds: float) -> None:
        """A turn lasted so long, from asking to the commit."""
        self._turn += (seconds - self._turn) * 0.2

    @property
    def leaving(self) -> int:
        """How many surely leave while a turn lasts."""
        return int(self._rate * self._turn * _SURELY)

    @property
    def low(self) -> float:
        """When no more than so many are ready, it is time for the next turn: they leave while it lasts."""
        return min(self._rate * (self._turn * _OFTEN_LONGER + _GLANCE), self.burst * _AT_MOST_LEFT)

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
