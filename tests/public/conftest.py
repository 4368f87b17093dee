"""A shop's public door, a browser without cookies, and a clock that the stories move."""

from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Form, List
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from preference_center import create_app
from tests.public.public_door import Clock, Door


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def door(database: Database, settings: Settings, ring: Ring, clock: Clock, now: datetime) -> Door:
    with database.begin() as session:
        first_start(session, now=now)
        brand_id = session.scalars(select(List.brand_id)).one()
        session.add(
            List(
                slug="taller",
                brand_id=brand_id,
                name={"es": "Novedades del taller", "en": "News from the workshop"},
                description={"es": "Quién las hace.", "en": "Who makes them."},
                position=1,
                created_at=now,
            )
        )
        session.scalars(select(Form)).one().list_slugs = ["newsletter", "taller"]
    return Door(create_app(database, settings, ring, clock=clock), database, ring, clock)
