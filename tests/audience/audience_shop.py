"""The cast's ways of dealing with a shop."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from mailflow.audience.confirmation import confirm
from mailflow.audience.models import Form, List, Subscriber, Subscription
from mailflow.audience.signup import sign_up
from mailflow.audience.words import ConfirmOutcome, SignUpEntry, SignUpOutcome
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring


class Shop:
    """What the stories do, one transaction each."""

    def __init__(self, database: Database, ring: Ring) -> None:
        self.database, self.ring = database, ring

    def asks(self, email: str, *slugs: str, now: datetime, **more: Any) -> SignUpOutcome:
        with self.database.begin() as session:
            form = session.scalars(select(Form)).one()
            ids = tuple(session.scalars(select(List.id).where(List.slug.in_(slugs or ("newsletter",))).order_by(List.id)))
            entry = SignUpEntry(email=email, language=more.pop("language", "es"), list_ids=ids, **more)
            return sign_up(session, form, entry, now=now, ring=self.ring)

    def confirms(self, request_id: int | None, *, now: datetime) -> ConfirmOutcome:
        with self.database.begin() as session:
            return confirm(session, request_id or 0, now=now, network="203.0.113.7", agent="Firefox")

    def joined(self, email: str, *slugs: str, now: datetime, **more: Any) -> int:
        """Signs up and confirms; the person's number."""
        outcome = self.confirms(self.asks(email, *slugs, now=now, **more).request_id, now=now)
        assert outcome.subscriber_id
        return outcome.subscriber_id

    def states(self, email: str) -> dict[str, str]:
        """Where somebody stands, by list."""
        with self.database.read() as session:
            rows = session.execute(
                select(List.slug, Subscription.state)
                .join(Subscription, Subscription.list_id == List.id)
                .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
                .where(Subscriber.email_key == email.lower())
            )
            return {slug: state for slug, state in rows}  # noqa: C416  # a Result is iterated by rows, which dict() cannot type

    def place(self, email: str, slug: str) -> int:
        """The number of somebody's place in a list."""
        with self.database.read() as session:
            return session.scalars(
                select(Subscription.id)
                .join(List, List.id == Subscription.list_id)
                .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
                .where(Subscriber.email_key == email.lower(), List.slug == slug)
            ).one()

    def rows(self, model: type[Any]) -> list[Any]:
        with self.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))
