"""A hit of a person who agreed that her opens and clicks are kept with her name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.outbox.models import Link, Message
from mailflow.outbox.words import State
from mailflow.tracking import bursts
from mailflow.tracking.models import Hit
from mailflow.tracking.rules import HitFacts, machine_signal
from mailflow.tracking.words import HitKind, Signal

MOST_HITS = 100
"""Hits of one message kept in one hour: a loop that loads a picture again and again fills no disk."""
_HOUR = timedelta(hours=1)


def since_sent(message: Message, at: datetime) -> float | None:
    """Seconds since it was sent; a mail still in hand has not been (-1), and of an uncertain one nobody knows."""
    if message.sent_at:
        return (at - message.sent_at).total_seconds()
    return None if message.state == State.UNCERTAIN else -1.0


def keep(session: Session, message: Message, person: Subscriber, facts: HitFacts, *, now: datetime) -> None:
    """Store the hit, judge whether a person made it, and mark the message; the ledger gets a repeat within an hour only once."""
    recent = _recent(session, message, now=now)
    if len(recent) >= MOST_HITS:
        return
    signal = machine_signal(_with_burst(session, message, facts, recent, now=now))
    hit = Hit(at=now, kind=facts.kind, mailing_id=message.mailing_id, message_id=message.id, link_number=facts.link)
    hit.machine, hit.signal = signal is not None, signal or ""
    session.add(hit)
    if signal:
        _mark_machine(message, hit)
    else:
        _mark_person(session, message, person, hit)
    if not any(_same(hit, earlier) for earlier in recent):
        _note(session, message, hit, {} if facts.link is None else {"link": facts.link})
    if signal is Signal.BURST:
        bursts.judge_again(session, message, person, now=now)


def _recent(session: Session, message: Message, *, now: datetime) -> list[Hit]:
    hits = select(Hit).where(Hit.message_id == message.id, Hit.at > now - _HOUR).limit(MOST_HITS)
    return list(session.scalars(hits))


def _with_burst(session: Session, message: Message, facts: HitFacts, recent: list[Hit], *, now: datetime) -> HitFacts:
    """The facts of a click with how many links were hit in these seconds; of an open as they are."""
    if facts.kind is not HitKind.CLICK:
        return facts
    links = session.scalar(select(func.count()).select_from(Link).where(Link.mailing_id == message.mailing_id)) or 0
    together = {hit.link_number for hit in recent if hit.kind == HitKind.CLICK and hit.at >= now - bursts.WINDOW}
    return replace(facts, links_in_burst=len(together | {facts.link}), links=links)


def _same(one: Hit, other: Hit) -> bool:
    return (one.kind, one.link_number, one.machine) == (other.kind, other.link_number, other.machine)


def _mark_machine(message: Message, hit: Hit) -> None:
    if hit.kind == HitKind.OPEN:
        message.machine_opened_at = message.machine_opened_at or hit.at
    else:
        message.machine_clicked_at = message.machine_clicked_at or hit.at


def _mark_person(session: Session, message: Message, person: Subscriber, hit: Hit) -> None:
    """Set the first time of each; who clicks has opened, though her pictures were off, and is silent no longer."""
    if message.opened_at is None:
        message.opened_at = hit.at
        if hit.kind == HitKind.CLICK:
            _note(session, message, Hit(kind=HitKind.OPEN, at=hit.at, machine=False), bursts.IMPLIED)
    if hit.kind == HitKind.CLICK:
        message.clicked_at = message.clicked_at or hit.at
        person.silent_since = None


def _note(session: Session, message: Message, hit: Hit, detail: Mapping[str, Any]) -> None:
    kind = Kind.OPENED if hit.kind == HitKind.OPEN else Kind.CLICKED
    facts: dict[str, Any] = {"mailing_id": message.mailing_id, "message_id": message.id, "detail": dict(detail)}
    ledger.note(session, kind, message.person_key, now=hit.at, machine=hit.machine, **facts)
