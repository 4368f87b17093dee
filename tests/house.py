"""A whole installation for stories: a shop that was started, its clock's jobs and its sender, with a real SMTP server behind."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import time_machine
from sqlalchemy import select

from mailflow.audience.confirmation import confirm
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Field, Form, List, ProfileValue, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.audience.signup import sign_up
from mailflow.audience.words import SignUpEntry, SubscriptionState, Tracking
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.upsert import insert_all
from mailflow.outbox.models import Message
from mailflow.scheduler.jobs import EVERY_SECOND
from mailflow.scheduler.sender import Sender
from mailflow.scheduler.tick import run_jobs
from mailflow.segments.ready import ensure_ready
from mailflow.sequences.recipes import ensure_recipes
from tests.sink import Sink


class House:
    """One installation at a frozen moment that ``at`` moves."""

    def __init__(self, database: Database, settings: Settings, ring: Ring, sink: Sink, now: datetime) -> None:
        self.database, self.ring, self.sink, self.now = database, ring, sink, now
        self.settings = replace(settings, mail_url=sink.url)
        with database.begin() as session:
            first_start(session, now=now)
            ensure_ready(session, now=now)
            ensure_recipes(session, now=now)

    def at(self, now: datetime) -> None:
        self.now = now

    def tick(self, times: int = 3) -> None:
        """What the clock and the sender do within some seconds."""
        with time_machine.travel(self.now, tick=False):
            for _ in range(times):
                run_jobs(EVERY_SECOND, self.database, self.settings)
                asyncio.run(self._send())

    async def _send(self) -> None:
        sender = Sender(self.database, self.settings, self.ring)
        await sender.send_until_empty()
        await sender.close()

    def asks(self, email: str, *, language: str = "es", tracking: bool = True, **values: Any) -> int | None:
        with self.database.begin() as session:
            form = session.scalars(select(Form)).one()
            ids = tuple(session.scalars(select(List.id)))
            entry = SignUpEntry(email=email, language=language, list_ids=ids, values=values, tracking=tracking)
            return sign_up(session, form, entry, now=self.now, ring=self.ring).request_id

    def joins(self, email: str, *, language: str = "es", tracking: bool = True, **values: Any) -> int:
        """Signs up and confirms; the person's number."""
        request = self.asks(email, language=language, tracking=tracking, **values)
        with self.database.begin() as session:
            outcome = confirm(session, request or 0, now=self.now, network="203.0.113.7", agent="Firefox")
            assert outcome.subscriber_id
            if values:
                set_values(session, outcome.subscriber_id, values)
            return outcome.subscriber_id

    def gathers(self, addresses: Sequence[str]) -> list[int]:
        """People who joined the first list long ago, however many; each one's first name is her address's."""
        same = {"tracking": Tracking.INDIVIDUAL, "source": "test", "language": "es", "created_at": self.now, "confirmed_at": self.now}
        joined = {"state": SubscriptionState.CONFIRMED, "asked_at": self.now, "confirmed_at": self.now}
        with self.database.begin() as session:
            target = session.scalars(select(List.id)).first()
            name = session.scalars(select(Field.id).where(Field.key == "first_name")).one()
            insert_all(session, Subscriber, [{"email": one, "email_key": one, **same} for one in addresses])
            known = {one.email: one.id for one in session.scalars(select(Subscriber).where(Subscriber.email.in_(addresses)))}
            people = [known[one] for one in addresses]
            insert_all(session, Subscription, [{"subscriber_id": one, "list_id": target, **joined} for one in people])
            names = [{"subscriber_id": known[one], "field_id": name, "text": one.partition("@")[0].capitalize()} for one in addresses]
            insert_all(session, ProfileValue, names)
            return people

    def messages_of(self, email: str) -> list[Message]:
        with self.database.read() as session:
            mine = select(Message).join(Subscriber, Subscriber.id == Message.person_key).where(Subscriber.email == email)
            return list(session.scalars(mine.order_by(Message.id)))
