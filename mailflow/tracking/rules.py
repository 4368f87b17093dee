"""Telling machines from people, and orders that cannot be; pure decisions over plain facts."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from mailflow.tracking.words import HitKind, OrderEvent, OrderReason, Signal

QUICKEST_PERSON = 2.0
"""Seconds: nobody reads a mail sooner after the next server took it."""
PROXY_PREFETCH = 5.0
"""Seconds within which Google's picture proxy loads by itself; later it loads because somebody looks."""
BURST_SECONDS = 5.0
BURST_SHARE = 0.8
BURST_LEAST = 3
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far ahead of ours a shop's clock may run."""
OLDEST_ORDER = datetime(2000, 1, 1, tzinfo=UTC)
"""Older ones are a fault of the shop's program, and the first years of all fit no calendar once an offset is taken away."""

_GOOGLE_PROXY = "googleimageproxy"
_GMAIL_PREFETCH = "edge/12.246 mozilla/5.0"
_SCANNERS = re.compile(
    r"(?<!cu)bot\b|crawler|spider|scanner|barracuda|proofpoint|mimecast|messagelabs|symantec|trend ?micro|forcepoint|fortimail"
    r"|ironport|zscaler|sophos|safelinks|urldefense|virustotal|urlscan|linkpreview|link preview|facebookexternalhit|whatsapp/"
    r"|headlesschrome|phantomjs|\bcurl/|wget|python-|aiohttp|httpx|go-http-client|\bjava/|apache-httpclient|okhttp|libwww|axios"
    r"|node-fetch|feedfetcher|microsoft office existence"  # Cubot is a telephone, hence the look behind
)


@dataclass(frozen=True)
class HitFacts:
    """What is known about one hit when it comes in."""

    kind: HitKind
    agent: str
    since_sent: float | None
    """Seconds since the next server took the mail, negative before; None where nobody knows."""
    link: int | None = None
    """The link's number, of a click."""
    links_in_burst: int = 0
    """Different links of this message hit within ``BURST_SECONDS``, this one included."""
    links: int = 0
    """All links of the mail."""


def machine_signal(facts: HitFacts) -> Signal | None:
    """Why this hit was a machine's, or None for a person's; the most certain signal first."""
    return _by_agent(facts) or _by_time(facts) or (Signal.BURST if is_burst(facts.links_in_burst, facts.links) else None)


def is_burst(hit_links: int, links: int) -> bool:
    """Whether so many different links within seconds can only be a filter that tries them all."""
    return hit_links >= BURST_LEAST and hit_links >= BURST_SHARE * links


def _by_agent(facts: HitFacts) -> Signal | None:
    agent = facts.agent.strip().lower()
    if not agent:
        return Signal.NO_AGENT
    if agent == "mozilla/5.0":
        return Signal.APPLE_PREFETCH
    if agent.endswith(_GMAIL_PREFETCH):
        return Signal.GMAIL_PREFETCH
    if _GOOGLE_PROXY in agent:
        early = facts.since_sent is not None and facts.since_sent < PROXY_PREFETCH
        return Signal.GMAIL_PREFETCH if early else None
    return Signal.SCANNER if _is_scanner(agent) else None


@lru_cache(1024)  # most readers use the same few programs
def _is_scanner(agent: str) -> bool:
    return bool(_SCANNERS.search(agent))


def _by_time(facts: HitFacts) -> Signal | None:
    return Signal.TOO_SOON if facts.since_sent is not None and facts.since_sent < QUICKEST_PERSON else None


def refuse_order(event: OrderEvent, *, currency: str, now: datetime) -> OrderReason | None:
    """Why an order cannot be, or None; a shop's clock may run five minutes ahead."""
    if not event.reference.strip():
        return OrderReason.NO_REFERENCE
    if event.at > now + CLOCK_TOLERANCE:
        return OrderReason.FUTURE
    if event.at < OLDEST_ORDER:
        return OrderReason.TOO_OLD
    if event.amount < 0:
        return OrderReason.NEGATIVE
    return OrderReason.WRONG_CURRENCY if event.currency.upper() != currency else None
