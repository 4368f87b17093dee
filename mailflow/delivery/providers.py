"""How each provider takes our mail: how many it took and refused lately, who waits for it, and what its servers said last."""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mailflow.delivery.families import family_of
from mailflow.delivery.models import Bucket, Conversation, ProviderFlow, ProviderLimit, slowing_of
from mailflow.delivery.rules import free_at, pace
from mailflow.foundation.database import columns
from mailflow.foundation.upsert import own_insert

SPAN = timedelta(minutes=10)
"""Counted together: fine enough for an hour."""
KEPT = timedelta(hours=2)
SHOWN = 10
TOLD_APART = 64
"""Providers counted by name in one turn of a sender, which must not write for every message; what the rest took is counted together."""
_OTHERS = ""
_HOUR = timedelta(hours=1)
_f = columns(ProviderFlow)


@dataclass(frozen=True)
class Slowed:
    """A provider that is written to slowly as one domain: messages a minute that may go now, 0 while it is stopped ``until`` then;
    as before at ``free_at``, if it says nothing new."""

    sender: str
    reason: str
    words: str
    pace: float
    since: datetime
    until: datetime | None
    free_at: datetime


@dataclass(frozen=True)
class Limit:
    """What people set for a provider: most messages a minute, most in hand at once."""

    per_minute: int | None
    connections: int | None


@dataclass(frozen=True)
class Provider:
    """A provider, as `delivery.families` knows it: mails taken and refused for good since the page's hour began, people who wait for
    it now, its last no; where it is written to slowly, and why."""

    name: str
    sent: int
    failed: int
    waiting: int
    last: Conversation | None
    slowed: tuple[Slowed, ...] = ()
    limit: Limit | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether nothing goes there, as whatever domain it is sent."""
        return any(not one.pace for one in self.slowed)


@dataclass(frozen=True)
class Providers:
    """The providers worth a look since some moment, those in trouble first; all others took ``others_sent`` mails."""

    since: datetime
    shown: list[Provider]
    others_sent: int


def count_flow(session: Session, *, sent: Iterable[str] = (), failed: Iterable[str] = (), now: datetime) -> None:
    """Add a provider for each message to what it took or refused: one row each, for the most frequent among many."""
    took, refused = _told_apart(Counter(sent)), _told_apart(Counter(failed))
    at = _span(now)
    given = [{"at": at, "provider": name, "sent": took[name], "failed": refused[name]} for name in sorted({**took, **refused})]
    if given:
        session.connection().execute(_adding(own_insert(session)), given)


def _told_apart(counts: Counter[str]) -> Counter[str]:
    """A large turn names those that come more than once in it: a list's thousands of small domains make no row each."""
    if counts.total() <= TOLD_APART:
        return counts
    told = {name: count for name, count in counts.most_common(TOLD_APART) if count > 1}
    return Counter({**told, _OTHERS: counts.total() - sum(told.values())})


def forget_flow(session: Session, *, now: datetime) -> None:
    """Keep what a page may ask for; one span at a time, so that nobody waits for it."""
    oldest = session.scalar(select(func.min(_f.at)))
    if oldest is not None and oldest < now - KEPT:
        session.execute(delete(ProviderFlow).where(ProviderFlow.at == oldest))


def providers(session: Session, waiting: Counter[str], said: Sequence[Conversation], *, now: datetime) -> Providers:
    """How providers take it: ``waiting`` are people put off by provider, ``said`` the last failed conversations, the latest first."""
    since = _span(now - _HOUR)
    sums = select(_f.provider, func.sum(_f.sent), func.sum(_f.failed)).where(_f.at >= since).group_by(_f.provider)
    sent, failed, waits = Counter[str](), Counter[str](), Counter[str]()
    for name, took, refused in session.connection().execute(sums):
        sent[family_of(name)] += took
        failed[family_of(name)] += refused
    for name, people in waiting.items():
        waits[family_of(name)] += people
    last = {family_of(one.provider): one for one in reversed(said)}
    slow, limits = slowed(session, now=now), _limits(session)

    def rank(name: str) -> tuple[bool, int, int, str]:
        return name not in slow, -(failed[name] + waits[name]), -sent[name], name

    names = heapq.nsmallest(max(SHOWN, len(slow)), {*sent, *waits, *slow, *limits} - {_OTHERS}, key=rank)
    shown = [
        Provider(name, sent[name], failed[name], waits[name], last.get(name), tuple(slow.get(name, ())), limits.get(name)) for name in names
    ]
    return Providers(since, shown, sent.total() - sum(one.sent for one in shown))


def slowed(session: Session, *, now: datetime) -> dict[str, list[Slowed]]:
    """The providers that are written to slowly or not at all at this moment, by name."""
    found: dict[str, list[Slowed]] = {}
    for one in session.scalars(select(Bucket).where(Bucket.since.is_not(None)).order_by(Bucket.provider, Bucket.sender)):
        slowing = slowing_of(one)
        if slowing and (rate := pace(slowing, now)) is not None:
            told = Slowed(one.sender, one.reason or "", one.words or "", rate, slowing.since, slowing.until, free_at(slowing))
            found.setdefault(one.provider, []).append(told)
    return found


def _limits(session: Session) -> dict[str, Limit]:
    return {one.provider: Limit(one.per_minute, one.connections) for one in session.scalars(select(ProviderLimit))}


def _span(now: datetime) -> datetime:
    return now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)


@cache
def _adding(insert: Any) -> Any:
    new = insert(ProviderFlow.__table__)
    added = {"sent": ProviderFlow.sent + new.excluded.sent, "failed": ProviderFlow.failed + new.excluded.failed}
    return new.on_conflict_do_update(index_elements=["at", "provider"], set_=added)
