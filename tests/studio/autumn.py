"""A shop with one newsletter and some people, and its campaign to all of them: where several pages' stories begin."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mailflow.audience.models import Brand
from mailflow.content import drafts
from mailflow.content.library import bundled_library
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from tests.house import House
from tests.sink import Sink
from tests.studio.conftest import Visitor
from tests.studio.test_campaigns import _confirm


@contextmanager
def autumn(
    database: Database, settings: Settings, ring: Ring, now: datetime, cast: Sequence[str], *, written: datetime | None = None, **words: Any
) -> Iterator[House]:
    """Open while the block lasts; ``cast`` are the names before @example.net, ``words`` go over the sample newsletter's."""
    with Sink() as sink:
        made = House(database, settings, ring, sink, now)
        made.gathers([f"{name}@example.net" for name in cast])
        with database.begin() as session:
            session.scalars(select(Brand)).one().postal_address = "Calle Feria 112, 41002 Sevilla"
            sample = dict(bundled_library().sample("newsletter", "es", "newsletter")) | words
            drafts.create(session, name="Otoño", template="newsletter", language="es", now=written or now, words=sample)
        yield made


def confirmed(bruno: Visitor) -> str:
    """The address of a campaign to everybody, confirmed; nothing has left yet."""
    draft = bruno.post("/campaigns/", {"name": "Otoño", "list_id": "1", "newsletter_id": "1"}).location
    _confirm(bruno, draft)
    return draft
