"""A shop that has its recipes, both switched off."""

from datetime import datetime, timedelta

import pytest

from mailflow.audience.first_start import first_start
from mailflow.audience.models import List
from mailflow.audience.queries import brand
from mailflow.foundation.database import Database
from mailflow.sequences.recipes import ensure_recipes
from tests.sequences.cast import House


@pytest.fixture
def house(database: Database, now: datetime) -> House:
    with database.begin() as session:
        first_start(session, now=now - timedelta(days=400))
        session.add(List(slug="taller", brand_id=brand(session).id, name={"es": "Taller"}, description={"es": ""}, created_at=now))
        ensure_recipes(session, now=now - timedelta(days=400))
    return House(database)
