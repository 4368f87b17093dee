"""Several routes side by side: each gets as many as it takes by itself, so that a slow one holds no other's place."""

import time
from collections import Counter
from collections.abc import Mapping

from mailflow.delivery.hand import Hand
from mailflow.scheduler.pace import Pace

_LOOK_PAST_EVERY = 1.0
"""Seconds between two looks past those who wait for a slow route, while nobody else is found behind them."""
_SLOW_AFTER = 1.0
"""Seconds after which a route that keeps many waiting counts as slow: none is at its first mails."""
_ANY = 10**9


class Ways:
    """The pace of each route, and what follows from it for the hand that serves them all."""

    def __init__(self, routes: Mapping[str, int]) -> None:
        """``routes`` by name, with the most connections of each."""
        self._routes = routes
        self._paces = {name: Pace() for name in routes}
        self._looked = 0.0
        self._slow_since: dict[str, float] = {}

    def answered(self, counts: Counter[str]) -> None:
        """So many were answered on each route since the last call."""
        for name, pace in self._paces.items():
            pace.answered(counts[name])

    def keep(self, hand: Hand) -> Counter[str] | None:
        """How many may wait in hand for each route, where any is slow: more of its people would only stand before others."""
        slow = self._slow(hand)
        return Counter({name: self._ahead(name) if name in slow else _ANY for name in self._routes}) if slow else None

    def _ahead(self, name: str) -> int:
        return self._paces[name].ahead(self._routes[name])

    def _slow(self, hand: Hand) -> set[str]:
        now, waiting = time.monotonic(), hand.waiting_by_route()
        for name, most in self._routes.items():
            if waiting[name] <= most or self._paces[name].is_brisk:
                self._slow_since.pop(name, None)
            else:
                self._slow_since.setdefault(name, now)
        return {name for name, since in self._slow_since.items() if now - since > _SLOW_AFTER}

    def rooms(self, hand: Hand) -> Counter[str]:
        """How many may pass the gate for each route now."""
        ready, out = hand.ready_by_route(), hand.under_way_by_route()
        return Counter({name: self._room(name, most, ready[name], out[name]) for name, most in self._routes.items()})

    def _room(self, name: str, most: int, ready: int, out: int) -> int:
        return max(0, max(most - out, self._paces[name].burst) - ready)

    def run_low(self, hand: Hand) -> bool:
        """Whether some route has but half of what may go, and there are more that may be asked for."""
        ready, rooms, waiting = hand.ready_by_route(), self.rooms(hand), hand.waiting_by_route()
        return any(waiting[name] and ready[name] < rooms[name] for name in self._routes)

    def stand_before(self, hand: Hand) -> int:
        """How many of those who wait in hand are for slow routes: others may be claimed past them, where there are any."""
        slow, now = self._slow(hand), time.monotonic()
        if not slow or not (any(pace.is_brisk for pace in self._paces.values()) or now - self._looked > _LOOK_PAST_EVERY):
            return 0
        self._looked = now
        waiting = hand.waiting_by_route()
        return sum(waiting[name] for name in slow)
