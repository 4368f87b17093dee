"""Dealing with the public door as people and machines do."""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from mailflow.activity.models import Activity
from mailflow.audience.models import ConfirmationRequest, List, ProfileValue, Subscriber, Subscription
from mailflow.foundation.database import Base, Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.tokens import Purpose


class Clock:
    """A clock that goes only when told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


class Door:
    """The public pages, and what lies behind them."""

    def __init__(self, app: Flask, database: Database, ring: Ring, clock: Clock) -> None:
        self.app, self.database, self.ring, self.clock = app, database, ring, clock
        self.browser = app.test_client(use_cookies=False)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.browser.get(path, **more)

    def post(self, path: str, fields: Any = None, **more: Any) -> TestResponse:
        return self.browser.post(path, data=fields or {}, **more)

    def fills_in(self, path: str = "/subscribe/newsletter", *, lang: str = "es", seconds: float = 20, **fields: Any) -> TestResponse:
        """Opens a form, takes some time, and sends it as a browser would."""
        page = self.get(f"{path}?lang={lang}").text
        found = re.search(r'name="form_token" value="([^"]+)"', page)
        assert found
        self.clock.forward(seconds=seconds)
        return self.post(f"{path}?lang={lang}", {"form_token": found[1], **fields})

    def signs_up(self, email: str = "ana@example.net", **fields: Any) -> TestResponse:
        return self.fills_in(**{"email": email, "lists": ["newsletter"], "consent": "yes", **fields})

    def joined(self, email: str = "ana@example.net", **fields: Any) -> str:
        """Signs up and confirms; the confirmation's token."""
        self.signs_up(email, **fields)
        token = self.confirm_token()
        assert self.post(f"/confirm/{token}").status_code == 303
        return token

    def confirm_token(self) -> str:
        """The token in the newest confirmation mail."""
        return self.ring.mint.make(Purpose.CONFIRM, self.rows(ConfirmationRequest)[-1].id)

    def preferences_path(self, email: str = "ana@example.net") -> str:
        return f"/preferences/{self.ring.mint.make(Purpose.PREFERENCES, self.person(email).id)}"

    def leave_path(self, email: str = "ana@example.net", slug: str = "newsletter") -> str:
        with self.database.read() as session:
            wanted = select(Subscription.id).join(List).join(Subscriber).where(Subscriber.email_key == email, List.slug == slug)
            return f"/unsubscribe/{self.ring.mint.make(Purpose.LEAVE, session.scalars(wanted).one())}"

    def person(self, email: str = "ana@example.net") -> Subscriber:
        with self.database.read() as session:
            return session.scalars(select(Subscriber).where(Subscriber.email_key == email)).one()

    def states(self, email: str = "ana@example.net") -> dict[str, str]:
        with self.database.read() as session:
            rows = session.execute(
                select(List.slug, Subscription.state)
                .join(Subscription, Subscription.list_id == List.id)
                .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
                .where(Subscriber.email_key == email)
            )
            return {slug: state for slug, state in rows}  # noqa: C416  # a Result is iterated by rows, which dict() cannot type

    def kinds(self) -> list[str]:
        return [line.kind for line in self.rows(Activity)]

    def rows(self, model: type[Any]) -> list[Any]:
        with self.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def digest(self) -> str:
        """A hash of every row of every table."""
        with self.database.read() as session:
            everything = [
                (table.name, sorted(str(tuple(row)) for row in session.execute(select(table)))) for table in Base.metadata.sorted_tables
            ]
        return hashlib.sha256(str(everything).encode()).hexdigest()

    def known_values(self) -> str:
        """Everything kept of people: profile values and requests."""
        return str([(row.text, row.number) for row in self.rows_of_values()])

    def rows_of_values(self) -> list[ProfileValue]:
        with self.database.read() as session:
            return list(session.scalars(select(ProfileValue)))
