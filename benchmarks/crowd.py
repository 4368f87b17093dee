"""Many people in one list and a campaign to them that is due: what speed is measured with, and what senders are killed over."""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import insert, select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Field as ProfileField
from mailflow.audience.models import List, ProfileValue, Subscriber, Subscription
from mailflow.campaigns import draft, schedule
from mailflow.cli.migrate import upgrade
from mailflow.content import drafts
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.paths import bundled
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings
from mailflow.scheduler.jobs import freeze_begun, launch_due

_SLICE = 2_000


def launched(settings: Settings, people: int, *, campaigns: int = 1) -> None:
    """A new installation with so many people, and campaigns to all of them that were launched and frozen."""
    settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    open_ring(database, settings)
    gather(database, people, utc_now())
    for number in range(campaigns):
        schedule_campaign(database, f"Otoño {number + 1}", utc_now())
    launch_due(database, settings)
    while freeze_begun(database, settings):
        pass
    database.close()


def gather(database: Database, people: int, now: datetime) -> None:
    """People with a name who let themselves be counted, all in the first list."""
    with database.begin() as session:
        first_start(session, now=now)
        list_id = session.scalars(select(List.id)).one()
        name_field = session.scalars(select(ProfileField.id).where(ProfileField.key == "first_name")).one()
    for numbers in _slices(people):
        with database.begin() as session:
            session.execute(insert(Subscriber), [_person(number, now) for number in numbers])
            session.execute(insert(Subscription), [_joined(number, list_id, now) for number in numbers])
            session.execute(insert(ProfileValue), [{"subscriber_id": number, "field_id": name_field, "text": "Ana"} for number in numbers])


def schedule_campaign(database: Database, name: str, now: datetime) -> None:
    """A campaign to the first list, made of the sample newsletter, due now."""
    with database.begin() as session:
        sample = json.loads((bundled("templates") / "newsletters/newsletter/sample.es.json").read_text(encoding="utf-8"))
        letter = drafts.create(session, name=name, template="newsletter", language="es", now=now, words=sample)
        list_id = session.scalars(select(List.id)).one()
        campaign = draft.create(session, name=name, now=now, list_id=list_id, newsletter_id=letter.id)
        schedule.schedule(session, campaign, wall=None, zone="Europe/Madrid", now=now)


def _slices(people: int) -> Iterator[range]:
    for start in range(1, people + 1, _SLICE):
        yield range(start, min(start + _SLICE, people + 1))


def _person(number: int, now: datetime) -> dict[str, object]:
    email = f"ana{number}@example.net"
    return {
        "id": number, "email": email, "email_key": email, "tracking": "individual", "source": "bench",
        "created_at": now, "confirmed_at": now, "language": "es",
    }  # fmt: skip


def _joined(number: int, list_id: int, now: datetime) -> dict[str, object]:
    return {"subscriber_id": number, "list_id": list_id, "state": "confirmed", "asked_at": now, "confirmed_at": now}
