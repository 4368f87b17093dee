"""Several ways out behind one transport: each with its own server and connections, chosen by domains, standing in for each other."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from mailflow.delivery.transports.choice import Way, chosen
from mailflow.delivery.transports.words import Envelope, Health, Reply, Transport, Verdict
from mailflow.outbox.words import Reason


class Ship(Transport, Protocol):
    """A transport of one route, which knows whether its server can be reached."""

    @property
    def is_away(self) -> bool:
        """Whether no connection can be made."""


class Fleet:
    """Owns the transports of all ways. Only what surely was not taken changes ways: what waits, and what was never dotted."""

    def __init__(self, ships: Mapping[Way, Ship]) -> None:
        """``ships`` in the order of their rules; the last takes what the others do not."""
        self._ways = tuple(ships)
        self._ships: dict[str, Ship] = {way.name: ship for way, ship in ships.items()}
        self.routes: Mapping[str, int] = {way.name: ship.connections for way, ship in ships.items()}
        self.connections = sum(self.routes.values())

    def choose(self, sender: str, recipient: str) -> str:
        """The name of the route that carries such a message now: a stand-in while its own server is away."""
        away = frozenset(name for name, ship in self._ships.items() if ship.is_away)
        return chosen(self._ways, sender.rpartition("@")[2].lower(), recipient.rpartition("@")[2].lower(), away)

    def wake(self, route: str | None = None, waiting: int | None = None) -> None:
        """Wake one route, or all."""
        for ship in self._ships.values() if route is None else [self._ships[route]]:
            ship.wake(waiting=waiting)

    def health(self) -> tuple[Health, ...]:
        """How each route is, in the order of the rules."""
        return tuple(health for ship in self._ships.values() for health in ship.health())

    async def send(self, envelope: Envelope) -> Reply:
        """Hand one message to its route, and to the stand-in if that turns out to be away."""
        route = self.choose(envelope.sender, envelope.recipient)
        reply = await self._ships[route].send(envelope)
        other = self.choose(envelope.sender, envelope.recipient)
        if other != route and reply.verdict is Verdict.DEFERRED and reply.reason == Reason.NETWORK:
            return await self._ships[other].send(envelope)
        return reply

    async def close(self) -> None:
        """Close all of them at once."""
        await asyncio.gather(*(ship.close() for ship in self._ships.values()))
