"""Rows of people who are gone where the file comes from: noted here, so that no other file brings them in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.consent import digest
from mailflow.audience.importing.known import Known, key_of
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import Judged
from mailflow.audience.models import ConsentLine, Subscriber, Subscription, Suppression
from mailflow.audience.words import Consent, SubscriptionState, SuppressionReason
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring
from mailflow.foundation.upsert import insert_all, insert_new


def note_bounced(session: Session, rows: Sequence[Judged], *, ring: Ring, now: datetime) -> None:
    """Addresses to which mail came back get nothing from here either; only a keyed hash of each is kept."""
    insert_new(
        session, Suppression, [{"address_hash": ring.hash(row.email), "reason": SuppressionReason.HARD_BOUNCE, "at": now} for row in rows]
    )


def note_left(session: Session, brought: Import, rows: Sequence[Judged], known: Known, *, now: datetime) -> list[int]:
    """Who left there has left here, unless she has a place in the list already: what she said here counts for more. The people made."""
    made = make_people(session, brought, [row for row in rows if key_of(row) not in known.people], confirmed_at=None, now=now)
    people = {**known.people, **made}
    gone = [people[key_of(row)] for row in rows if people[key_of(row)] not in known.places]
    place = {"list_id": brought.list_id, "state": SubscriptionState.LEFT, "asked_at": now, "confirmed_at": None, "left_at": now}
    insert_new(session, Subscription, [{"subscriber_id": person, **place} for person in gone])
    what = {"at": now, "purpose": Consent.NEWSLETTER, "list_id": brought.list_id, "granted": False, "language": ""}
    whence = {"source": f"import:{brought.id}", "method": "import", "network": "", "agent": "", "proof": "left-there"}
    line = {**what, **whence, "wording": brought.wording, "wording_digest": digest(brought.wording)}
    insert_all(session, ConsentLine, [{"subscriber_id": person, **line} for person in gone])
    return list(made.values())


def make_people(
    session: Session, brought: Import, rows: Sequence[Judged], *, confirmed_at: datetime | None, now: datetime
) -> dict[str, int]:
    """New people's numbers, by address in lower case."""
    common = {"source": f"import:{brought.id}", "source_class": brought.source_class, "created_at": now, "confirmed_at": confirmed_at}
    nothing = {"zone": None, "silent_since": None, "tracking": "aggregate"}
    people = [{"email": row.email, "email_key": key_of(row), "language": row.language or None, **common, **nothing} for row in rows]
    if not people:
        return {}
    insert_new(session, Subscriber, people)  # somebody may sign up at this very moment
    found = session.execute(select(Subscriber.email_key, Subscriber.id).where(among(Subscriber.email_key, list(map(key_of, rows)))))
    return dict(found.all())
