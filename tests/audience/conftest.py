"""A shop with three lists and a form."""

from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Form, List
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from tests.audience.audience_shop import Shop


@pytest.fixture
def shop(database: Database, ring: Ring, now: datetime) -> Shop:
    with database.begin() as session:
        first_start(session, now=now)
        brand_id = session.scalars(select(List.brand_id)).one()
        for place, slug in enumerate(("taller", "rebajas"), start=1):
            session.add(
                List(slug=slug, brand_id=brand_id, name={"es": slug.title()}, description={"es": ""}, position=place, created_at=now)
            )
        session.scalars(select(Form)).one().list_slugs = ["newsletter", "taller", "rebajas"]
    return Shop(database, ring)
