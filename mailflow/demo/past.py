"""Telling one past mailing: who got it, who opened, clicked and bought, written as the sender and the beacons would have."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.demo.behaviour import Chances
from mailflow.demo.people import Person
from mailflow.foundation.upsert import insert_all
from mailflow.outbox.models import Mailing, MailingTotal, Message
from mailflow.outbox.words import Reason, State
from mailflow.tracking.models import Hit, Order
from mailflow.tracking.words import HitKind


@dataclass
class Told:
    """What is to be written of one mailing; lists of plain rows, inserted at once."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    hits: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    opens: int = 0
    clicks: int = 0


class Teller:
    """Tells mailings in the order they went, with one source of chance for all."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        """Nothing is told that would lie after ``now``."""
        self._chance, self._now = chance, now
        self._orders = 0

    def tell(self, session: Session, mailing: Mailing, people: Mapping[int, Person], likely: Mapping[int, Chances], links: int) -> None:
        """Everything of one mailing whose rows are enqueued already."""
        told = Told()
        rows = session.execute(select(Message.id, Message.person_key, Message.list_id, Message.due_at).where(
            Message.mailing_id == mailing.id, Message.state == State.PENDING
        ))  # fmt: skip
        for message_id, person_key, list_id, due_at in rows.all():
            sent_at = due_at + timedelta(seconds=2 + self._chance.random() * 90)
            message = Sent(mailing.id, message_id, people[person_key], list_id, sent_at)
            self._one(told, message, likely[person_key], links)
        _write(session, mailing, told)

    def _one(self, told: Told, sent: "Sent", likely: Chances, links: int) -> None:
        row = sent.row()
        told.messages.append(row)
        told.lines.append(sent.line(Kind.SENT, sent.at))
        if sent.person.apple:
            self._prefetch(told, sent, row)
        if self._chance.random() < likely.open:
            self._opened(told, sent, row, likely, links)

    def _prefetch(self, told: Told, sent: "Sent", row: dict[str, Any]) -> None:
        """Apple Mail loads the picture at once, read or not."""
        at = sent.at + timedelta(minutes=1 + self._chance.random() * 240)
        if sent.person.tracked and at < self._now:
            row["machine_opened_at"] = at
            told.lines.append(sent.line(Kind.OPENED, at) | {"machine": True})
            told.hits.append(sent.hit(HitKind.OPEN, at) | {"machine": True, "signal": "apple-prefetch"})

    def _opened(self, told: Told, sent: "Sent", row: dict[str, Any], likely: Chances, links: int) -> None:
        at = sent.at + self._delay(hours=3.0)
        if at > self._now:
            return
        told.hits.append(sent.hit(HitKind.OPEN, at))
        clicked = self._chance.random() < likely.click
        if not sent.person.tracked:
            told.opens += 1
            told.clicks += clicked
            if clicked:
                told.hits.append(sent.hit(HitKind.CLICK, at + timedelta(seconds=40), self._chance.randint(1, links)))
            return
        row["opened_at"] = at
        told.lines.append(sent.line(Kind.OPENED, at))
        if clicked:
            self._clicked(told, sent, row, at + timedelta(seconds=15 + self._chance.random() * 200), likely, links)

    def _clicked(self, told: Told, sent: "Sent", row: dict[str, Any], at: datetime, likely: Chances, links: int) -> None:
        if at > self._now:
            return
        row["clicked_at"] = sent.person.answered = at
        told.lines.append(sent.line(Kind.CLICKED, at))
        told.hits.append(sent.hit(HitKind.CLICK, at, self._chance.randint(1, links)))
        bought = at + self._delay(hours=9.0)
        if self._chance.random() < likely.order and bought < min(self._now, at + timedelta(days=7)):
            self._bought(told, sent, row, bought)

    def _bought(self, told: Told, sent: "Sent", row: dict[str, Any], at: datetime) -> None:
        amount = max(1200, int(self._chance.lognormvariate(8.62, 0.5)) // 50 * 50)
        self._orders += 1
        row["orders"], row["revenue"] = 1, amount
        sent.person.answered = at
        told.orders.append(sent.order(f"CO-{24000 + self._orders}", at, amount))
        told.lines.append(sent.line(Kind.ORDERED, at) | {"amount": amount})

    def _delay(self, *, hours: float) -> timedelta:
        """Most within hours, some after days."""
        return timedelta(hours=min(140.0, self._chance.lognormvariate(0.0, 1.3) * hours))


@dataclass(frozen=True)
class Sent:
    """One message that went."""

    mailing_id: int
    message_id: int
    person: Person
    list_id: int | None
    at: datetime

    def row(self) -> dict[str, Any]:
        """Its columns as the sender leaves them."""
        nothing = dict.fromkeys(("opened_at", "clicked_at", "machine_opened_at"))
        return {"id": self.message_id, "state": State.SENT, "sent_at": self.at, "attempt": 1, "orders": 0, "revenue": 0, **nothing}

    def line(self, kind: Kind, at: datetime) -> dict[str, Any]:
        """A line of the ledger about it."""
        where = {"list_id": self.list_id, "mailing_id": self.mailing_id, "message_id": self.message_id}
        return {"kind": kind, "subscriber_id": self.person.number, "at": at, "amount": None, "machine": False, "detail": {}, **where}

    def hit(self, kind: HitKind, at: datetime, link: int | None = None) -> dict[str, Any]:
        """A raw hit; of who agreed to totals only, without the message."""
        message_id = self.message_id if self.person.tracked else None
        seen = {"machine": False, "signal": "", "link_number": link}
        return {"at": at, "kind": kind, "mailing_id": self.mailing_id, "message_id": message_id, **seen}

    def order(self, reference: str, at: datetime, amount: int) -> dict[str, Any]:
        """An order attributed to it."""
        return {
            "reference": reference, "subscriber_id": self.person.number, "at": at, "amount": amount, "currency": "EUR",
            "message_id": self.message_id, "recorded_at": at,
        }  # fmt: skip


def skip(session: Session, messages: Sequence[int], reason: Reason, state: State = State.SKIPPED) -> None:
    """Settle messages that did not go, with the reason."""
    session.execute(
        update(Message), [{"id": message_id, "state": state, "reason": reason} for message_id in messages]
    ) if messages else None


def _write(session: Session, mailing: Mailing, told: Told) -> None:
    if told.messages:
        session.execute(update(Message), told.messages)
    for table, rows in ((Activity, told.lines), (Hit, told.hits), (Order, told.orders)):
        if rows:
            insert_all(session, table, rows)
    total = session.get(MailingTotal, mailing.id) or MailingTotal(mailing_id=mailing.id, opens=0, clicks=0)
    total.opens, total.clicks = total.opens + told.opens, total.clicks + told.clicks
    session.add(total)
    mailing.frozen_at = mailing.due_at
    session.flush()
