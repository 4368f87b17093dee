"""The people of these stories, and what they do, written to the tables as the stages below do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.foundation.database import Database
from mailflow.outbox.models import Mailing, Message
from mailflow.sequences.advance import advance_due
from mailflow.sequences.control import switch
from mailflow.sequences.enrol import enrol_confirmed, enrol_quiet
from mailflow.sequences.models import Enrolment, Sequence
from mailflow.sequences.notices import post_notices


@dataclass
class House:
    """A shop with its sequences, and the minutes of its scheduler."""

    database: Database

    def tick(self, now: datetime) -> None:
        """What the scheduler does each second, each job in a transaction of its own."""
        for job in (post_notices, enrol_confirmed, enrol_quiet, advance_due):
            with self.database.begin() as session:
                job(session, now=now)

    def run(self, *moments: datetime) -> None:
        for moment in moments:
            self.tick(moment)

    def switch(self, recipe: str, on: bool, now: datetime) -> bool:
        with self.database.begin() as session:
            return switch(session, sequence(session, recipe), on, now=now)

    def join(self, name: str, now: datetime, *, tracking: str = "individual", lists: int = 1) -> int:
        """Somebody's confirmed sign-up."""
        with self.database.begin() as session:
            address = f"{name.lower()}@example.net"
            person = Subscriber(
                email=address,
                email_key=address,
                language="es",
                source="form:newsletter",
                created_at=now,
                confirmed_at=now,
                tracking=tracking,
            )
            session.add(person)
            session.flush()
            set_values(session, person.id, {"first_name": name})
            for place, list_id in enumerate(session.scalars(select(List.id).order_by(List.id).limit(lists))):
                session.add(Subscription(subscriber_id=person.id, list_id=list_id, state="confirmed", asked_at=now, confirmed_at=now))
                ledger.note(session, Kind.CONFIRMED, person.id, now=now, list_id=list_id, detail={"first": place == 0})
            return person.id

    def leave(self, person: int, now: datetime) -> None:
        with self.database.begin() as session:
            for place in session.scalars(select(Subscription).where(Subscription.subscriber_id == person)):
                place.state, place.left_at = "left", now

    def note(self, kind: Kind, person: int, now: datetime, **facts: object) -> None:
        with self.database.begin() as session:
            ledger.note(session, kind, person, now=now, **facts)

    def send_all(self, now: datetime) -> None:
        """Every waiting mail leaves, as delivery does it."""
        with self.database.begin() as session:
            for message in session.scalars(select(Message).where(Message.state == "pending")):
                message.state, message.sent_at = "sent", now
                ledger.note(session, Kind.SENT, message.person_key, now=now, mailing_id=message.mailing_id, message_id=message.id)

    def mails(self, person: int) -> list[str]:
        """The templates of the mails put in the outbox for a person, oldest first."""
        with self.database.read() as session:
            rows = select(Mailing.template).join(Message).where(Message.person_key == person).order_by(Message.id)
            return list(session.scalars(rows))

    def enrolment(self, person: int) -> Enrolment | None:
        with self.database.read() as session:
            return session.scalar(select(Enrolment).where(Enrolment.subscriber_id == person))

    def person(self, person: int) -> Subscriber:
        with self.database.read() as session:
            return session.get_one(Subscriber, person)


def sequence(session: Session, recipe: str) -> Sequence:
    return session.scalars(select(Sequence).where(Sequence.recipe == recipe)).one()


def days(number: float) -> timedelta:
    return timedelta(days=number)
