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

from mailflow.delivery.models import Conversation, ProviderFlow
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
class Provider:
    """A recipient domain: mails taken and refused for good since the page's hour began, people who wait for it now, its last no."""

    name: str
    sent: int
    failed: int
    waiting: int
    last: Conversation | None


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
    flow = {name: (sent, failed) for name, sent, failed in session.connection().execute(sums)}
    last = {one.provider: one for one in reversed(said)}

    def rank(name: str) -> tuple[int, int, str]:
        sent, failed = flow.get(name, (0, 0))
        return -(failed + waiting[name]), -sent, name

    names = heapq.nsmallest(SHOWN, {**flow, **dict.fromkeys(waiting)}.keys() - {_OTHERS}, key=rank)
    shown = [Provider(name, *flow.get(name, (0, 0)), waiting[name], last.get(name)) for name in names]
    return Providers(since, shown, sum(sent for sent, _ in flow.values()) - sum(one.sent for one in shown))


def _span(now: datetime) -> datetime:
    return now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)


@cache
def _adding(insert: Any) -> Any:
    new = insert(ProviderFlow.__table__)
    added = {"sent": ProviderFlow.sent + new.excluded.sent, "failed": ProviderFlow.failed + new.excluded.failed}
    return new.on_conflict_do_update(index_elements=["at", "provider"], set_=added)
