"""Many people in one list and a campaign to them that is due: what speed is measured with, and what senders are killed over."""

import json
from datetime import datetime

from sqlalchemy import insert, select, text

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
        session.execute(insert(Subscriber), _person(now))
        session.execute(insert(Subscription), _joined(list_id, now))
        session.execute(insert(ProfileValue), {"subscriber_id": 1, "field_id": name_field, "text": "Ana"})
    _multiply(database, people)


def _multiply(database: Database, people: int) -> None:
    """Everybody is like the first one, but for number and address; made by the database itself, since there may be a million."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {people}) "
    with database.begin() as session:
        for model, own in ((Subscriber, _HERS), (Subscription, _OWN), (ProfileValue, _OWN)) if people > 1 else ():
            names = [column.name for column in model.__table__.columns]
            kept = [name for name in names if own.get(name, name)]
            values = ", ".join(own.get(name, name) for name in kept)
            table, key = model.__tablename__, "id" if model is Subscriber else "subscriber_id"
            rows = f"SELECT {values} FROM n, {table} WHERE {key} = 1"
            session.execute(text(f"INSERT INTO {table} ({', '.join(kept)}) {numbers}{rows}"))  # our own words


_ADDRESS = "'ana' || i || '@example.net'"
_HERS = {"id": "i", "email": _ADDRESS, "email_key": _ADDRESS}
_OWN = {"id": "", "subscriber_id": "i"}


def schedule_campaign(database: Database, name: str, now: datetime) -> None:
    """A campaign to the first list, made of the sample newsletter, due now."""
    with database.begin() as session:
        sample = json.loads((bundled("templates") / "newsletters/newsletter/sample.es.json").read_text(encoding="utf-8"))
        letter = drafts.create(session, name=name, template="newsletter", language="es", now=now, words=sample)
        list_id = session.scalars(select(List.id)).one()
        campaign = draft.create(session, name=name, now=now, list_id=list_id, newsletter_id=letter.id)
        schedule.schedule(session, campaign, wall=None, zone="Europe/Madrid", now=now)


def _person(now: datetime) -> dict[str, object]:
    email = "ana1@example.net"
    return {
        "id": 1, "email": email, "email_key": email, "tracking": "individual", "source": "bench",
        "created_at": now, "confirmed_at": now, "language": "es",
    }  # fmt: skip


def _joined(list_id: int, now: datetime) -> dict[str, object]:
    return {"subscriber_id": 1, "list_id": list_id, "state": "confirmed", "asked_at": now, "confirmed_at": now}
