"""A hit of a person who agreed that her opens and clicks are kept with her name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mailflow.activity.words import Kind
from mailflow.outbox.words import State
from mailflow.tracking import bursts
from mailflow.tracking.book import HOUR, Book, Known, Seen
from mailflow.tracking.rules import HitFacts, machine_signal
from mailflow.tracking.words import Arrival, HitKind, Signal

MOST_HITS = 100
"""Hits of one message kept in one hour: a loop that loads a picture again and again fills no disk."""


def since_sent(message: Known, at: datetime) -> float | None:
    """Seconds since it was sent; a mail still in hand has not been (-1), and of an uncertain one nobody knows."""
    if message.sent_at:
        return (at - message.sent_at).total_seconds()
    return None if message.state == State.UNCERTAIN else -1.0


def judge(book: Book, message: Known, arrival: Arrival) -> Signal | None:
    """Put the hit into the book, judge whether a person made it, and mark the message; the ledger gets a repeat within an hour only once.

    Why it was taken for a machine's, or None.
    """
    recent = [seen for seen in message.seen if seen.at > arrival.at - HOUR]
    if len(recent) >= MOST_HITS:
        return None
    signal = machine_signal(_facts(book, message, arrival, recent))
    repeated = any((seen.kind, seen.link, seen.machine) == (arrival.kind, arrival.link, signal is not None) for seen in recent)
    book.hit(message, arrival, signal)
    if signal:
        book.mark(message, "machine_opened_at" if arrival.kind is HitKind.OPEN else "machine_clicked_at", arrival.at)
    else:
        _mark_person(book, message, arrival)
    if not repeated:
        _note(book, message, arrival, arrival.kind, signal is not None, {} if arrival.link is None else {"link": arrival.link})
    return signal


def _facts(book: Book, message: Known, arrival: Arrival, recent: Sequence[Seen]) -> HitFacts:
    """What is known of it; of a click, how many links were hit in these seconds."""
    since = since_sent(message, arrival.at)
    if arrival.kind is not HitKind.CLICK:
        return HitFacts(arrival.kind, arrival.agent, since)
    together = {seen.link for seen in recent if seen.kind == HitKind.CLICK and seen.at >= arrival.at - bursts.WINDOW}
    links = len(book.links.get(message.mailing_id, ()))
    return HitFacts(arrival.kind, arrival.agent, since, arrival.link, len(together | {arrival.link}), links)


def _mark_person(book: Book, message: Known, arrival: Arrival) -> None:
    """Set the first time of each; who clicks has opened, though her pictures were off, and is silent no longer."""
    if arrival.kind is HitKind.CLICK:
        if message.opened_at is None:
            _note(book, message, arrival, HitKind.OPEN, False, bursts.IMPLIED)
        book.mark(message, "clicked_at", arrival.at)
        book.speaks(message)
    book.mark(message, "opened_at", arrival.at)


def _note(book: Book, message: Known, arrival: Arrival, kind: HitKind, machine: bool, detail: Mapping[str, Any]) -> None:
    facts = {"subscriber_id": message.person_key, "mailing_id": message.mailing_id, "message_id": message.id, "list_id": None}
    word = Kind.OPENED if kind == HitKind.OPEN else Kind.CLICKED
    book.note({"at": arrival.at, "kind": word, **facts, "machine": machine, "detail": dict(detail)})
