"""A shop with fields, two lists and a few people whose story is told by each test."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.audience.models import Brand, List, Subscriber, Subscription
from mailflow.foundation.database import Database
from mailflow.segments import keeping_up
from tests.segments.segment_town import fields


@pytest.fixture
def shop(database: Database, now: datetime) -> Iterator[Session]:
    """A session in which the shop's fields and lists exist."""
    with database.begin() as session:
        brand = Brand(
            name="Casa Olivo", from_name="Casa", from_address="hola@example.com", postal_address="Calle 1", shop_url="https://example.com"
        )
        session.add_all([brand, *fields()])
        session.flush()
        for slug in ("casa", "club"):
            name = {"es": slug.title(), "en": slug.upper()}
            session.add(List(slug=slug, brand_id=brand.id, name=name, description={}, created_at=now))
        session.flush()
        yield session


@pytest.fixture
def join(shop: Session, now: datetime) -> Callable[..., int]:
    """Let somebody join the list "casa" so many days ago; answers her number."""

    def _join(name: str, days: int = 200, **facts: Any) -> int:
        at = now - timedelta(days=days)
        email = f"{name}@example.net"
        person = Subscriber(
            email=email, email_key=email, language=facts.get("language"), source="form:newsletter", created_at=at, confirmed_at=at
        )
        shop.add(person)
        shop.flush()
        casa = shop.scalars(select(List.id).where(List.slug == "casa")).one()
        shop.add(Subscription(subscriber_id=person.id, list_id=casa, state="confirmed", asked_at=at, confirmed_at=at))
        shop.flush()
        return person.id

    return _join


@pytest.fixture
def did(shop: Session, now: datetime) -> Callable[..., None]:
    """Write a line of somebody's into the ledger."""

    def _did(person: int, kind: str, days: int = 1, **facts: Any) -> None:
        shop.add(Activity(at=now - timedelta(days=days), kind=kind, subscriber_id=person, **facts))
        keeping_up.catch_up(shop)

    return _did
