"""Figures for a monitoring system: how sending goes, counted from small indexes, naming nobody."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mailflow.delivery.families import family_of, name_of
from mailflow.delivery.models import ProviderFlow, SentMinute, Worker
from mailflow.delivery.overview import SILENT_AFTER
from mailflow.foundation.fence.keeper import known
from mailflow.outbox.models import IS_IN_HAND, IS_TROUBLE, IS_WAITING, Mailing, Message
from mailflow.outbox.queries import mailings_waiting
from mailflow.outbox.words import Lane, MailingState, State
from mailflow.tracking.models import Hit

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
Sample = tuple[dict[str, str], float]


@dataclass(frozen=True)
class Metric:
    """One figure by its labels, as Prometheus knows it."""

    name: str
    kind: str
    help: str
    samples: list[Sample] = field(default_factory=list)


def metrics(session: Session, *, now: datetime) -> list[Metric]:
    """How it goes at this moment."""
    fence = known(session)
    counted: tuple[tuple[str, str, list[Sample]], ...] = (
        ("messages", "Messages by lane and state.", _messages(session)),
        ("oldest_due_seconds", "How long the oldest due message has waited.", _oldest(session, now)),
        ("accepted_last_minute", "Messages taken by the next server in the last whole minute.", _lately(session, now)),
        ("senders", "Sender processes: at work, holding back, or not heard of lately.", _senders(session, now)),
        ("provider_messages", "Messages that providers took or refused within the last hour.", _flow(session, now)),
        ("held", "1 while nothing may leave because the database is a copy.", [({}, float(bool(fence and fence.held)))]),
    )
    hits = Metric("mailflow_hits_total", "counter", "Opens and clicks written down.", [({}, _highest(session))])
    return [*(Metric(f"mailflow_{name}", "gauge", help_, samples) for name, help_, samples in counted), hits]


def _messages(session: Session) -> list[Sample]:
    """Sent is who is nowhere else of all that were ever written down."""
    lanes: dict[int, Counter[str]] = {lane: Counter() for lane in Lane}
    everybody = dict(_pairs(session, select(Mailing.lane, func.sum(Mailing.people)).group_by(Mailing.lane)))
    waiting = dict(
        _pairs(session, select(Message.lane, func.count()).where(IS_WAITING, Message.lane.in_(tuple(Lane))).group_by(Message.lane))
    )
    for lane, state, count in session.execute(_in_trouble()):
        lanes[lane][state] += count
    in_hand = select(Message.lane, Message.state, func.count()).where(IS_IN_HAND).group_by(Message.lane, Message.state)
    for lane, state, count in session.execute(in_hand):
        lanes[lane][state] += count
    for lane, states in lanes.items():
        states[State.PENDING] = max(waiting.get(lane, 0) - states[State.DEFERRED], 0)
        states[State.SENT] = max(everybody.get(lane, 0) - sum(states.values()), 0)
    return [({"lane": Lane(lane).name.lower(), "state": state}, states[state]) for lane, states in lanes.items() for state in State]


def _in_trouble() -> Select[Any]:
    counted = select(Message.mailing_id, Message.state, func.count().label("count")).where(IS_TROUBLE)
    by_mailing = counted.group_by(Message.mailing_id, Message.state).subquery()
    joined = select(Mailing.lane, by_mailing.c.state, func.sum(by_mailing.c.count)).join(by_mailing, by_mailing.c.mailing_id == Mailing.id)
    return joined.group_by(Mailing.lane, by_mailing.c.state)


def _oldest(session: Session, now: datetime) -> list[Sample]:
    """Of mailings that are not paused; 0 where nobody waits beyond his hour."""
    places = mailings_waiting(now).subquery()
    first = select(func.min(Message.due_at)).where(Message.lane == places.c.lane, Message.mailing_id == places.c.mailing_id, IS_WAITING)
    open_ones = select(places.c.lane, first.correlate(places).scalar_subquery()).join(Mailing, Mailing.id == places.c.mailing_id)
    oldest = dict.fromkeys(Lane, 0.0)
    for lane, due_at in session.execute(open_ones.where(Mailing.state != MailingState.PAUSED)):
        oldest[lane] = max(oldest[lane], (now - due_at).total_seconds())
    return [({"lane": lane.name.lower()}, oldest[lane]) for lane in Lane]


def _lately(session: Session, now: datetime) -> list[Sample]:
    last = now.replace(second=0, microsecond=0) - _MINUTE
    return [({}, session.scalar(select(func.sum(SentMinute.count)).where(SentMinute.minute == last)) or 0)]


def _senders(session: Session, now: datetime) -> list[Sample]:
    found = Counter(
        "silent" if now - seen_at > SILENT_AFTER else "held" if held else "working"
        for seen_at, held in session.execute(select(Worker.seen_at, Worker.held))
    )
    return [({"state": state}, found[state]) for state in ("working", "held", "silent")]


def _flow(session: Session, now: datetime) -> list[Sample]:
    """The large providers by name; a small domain may be one person's, and is counted with all the others."""
    sums = select(ProviderFlow.provider, func.sum(ProviderFlow.sent), func.sum(ProviderFlow.failed))
    found: dict[str, Counter[str]] = {}
    for domain, sent, failed in session.execute(sums.where(ProviderFlow.at >= now - _HOUR).group_by(ProviderFlow.provider)):
        family = family_of(domain)
        named = family if name_of(family) != family else "others"
        found.setdefault(named, Counter()).update(taken=sent, refused=failed)
    return [
        ({"provider": name, "answer": answer}, counts[answer]) for name, counts in sorted(found.items()) for answer in ("taken", "refused")
    ]


def _highest(session: Session) -> float:
    return session.scalar(select(func.max(Hit.id))) or 0


def _pairs(session: Session, wanted: Any) -> Iterator[tuple[int, int]]:
    return ((key, int(value or 0)) for key, value in session.execute(wanted))
