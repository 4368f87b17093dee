"""Which way a message takes: by the domains of its sender and its reader, and by who stands in while a server is away."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Way:
    """A named route: whose mail it takes, to whom, and who stands in for it. No senders means all, no recipients means all."""

    name: str
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    stand_in: str = ""

    def takes(self, sender_domain: str, recipient_domain: str) -> bool:
        """Whether mail from one domain to the other is its own."""
        return _is_among(sender_domain, self.senders) and _is_among(recipient_domain, self.recipients)


def choose(ways: Sequence[Way], sender_domain: str, recipient_domain: str, away: Collection[str]) -> str:
    """The name of the first way that takes the message, or of the first that stands in for it and is there.

    The last of ``ways`` takes everything. Where all that could carry it are away, it waits for its own.
    """
    own = next((way for way in ways if way.takes(sender_domain, recipient_domain)), ways[-1])
    named = {way.name: way for way in ways}
    way, seen = own, set[str]()
    while way.name in away and way.stand_in in named and way.name not in seen:
        seen.add(way.name)
        way = named[way.stand_in]
    return own.name if way.name in away else way.name


@lru_cache(maxsize=4096)
def chosen(ways: tuple[Way, ...], sender_domain: str, recipient_domain: str, away: frozenset[str]) -> str:
    """The same, remembered: a campaign asks for few domains many times."""
    return choose(ways, sender_domain, recipient_domain, away)


def _is_among(domain: str, patterns: tuple[str, ...]) -> bool:
    """A pattern is a domain, or ``*.`` and a domain for all below it."""
    return not patterns or any(domain == one or (one.startswith("*.") and domain.endswith(one[1:])) for one in patterns)
