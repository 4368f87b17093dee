"""Rows of people who are gone where the file comes from: noted here, so that no other file brings them in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.audience.importing.joining import evidence_of
from mailflow.audience.importing.known import Known, key_of
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import Judged
from mailflow.audience.models import ConsentLine, Subscriber, Subscription, Suppression, SuppressionLine
from mailflow.audience.words import HERS_ALONE, Scope, SubscriptionState, SuppressionReason
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring
from mailflow.foundation.upsert import insert_many, insert_returning


def block_addresses(
    session: Session, brought: Import, rows: Sequence[Judged], reason: SuppressionReason, *, ring: Ring, now: datetime
) -> None:
    """Whose mail came back there, or who complained, gets nothing from here either; only a keyed hash of each address is kept.

    What stands here already stays, but for a reason that somebody else than she could take back: a complaint takes its place.
    """
    if not rows:
        return
    hashes = [[ring.hash(row.email)] for row in rows]
    same = {"scope": Scope.EVERYTHING, "reason": reason, "at": now, "by": "import", "note": f"import:{brought.id}"}
    new = [[mark] for (mark,) in insert_returning(session, Suppression, ("address_hash",), hashes, ("address_hash",), **same)]
    if reason in HERS_ALONE:
        others = (among(Suppression.address_hash, [mark for (mark,) in hashes]), Suppression.scope == Scope.EVERYTHING)
        weaker = select(Suppression.address_hash).where(*others, Suppression.reason.not_in(HERS_ALONE))
        raised = [[mark] for mark in session.scalars(weaker)]
        session.execute(
            update(Suppression)
            .where(among(Suppression.address_hash, [mark for (mark,) in raised]), others[1])
            .values(asked_until=None, **same)
        )
        new += raised
    insert_many(session, SuppressionLine, ("address_hash",), new, event="added", **same)


def note_left(session: Session, brought: Import, rows: Sequence[Judged], known: Known, *, now: datetime) -> list[int]:
    """Who left there has left here, unless she has a place in the list already: what she said here counts for more. The people made."""
    made = make_people(session, brought, [row for row in rows if key_of(row) not in known.people], confirmed_at=None, now=now)
    people = {**known.people, **made}
    gone = [[people[key_of(row)]] for row in rows if people[key_of(row)] not in known.places]
    place = {"list_id": brought.list_id, "state": SubscriptionState.LEFT, "asked_at": now, "confirmed_at": None, "left_at": now}
    insert_many(session, Subscription, ("subscriber_id",), gone, **place)
    insert_many(session, ConsentLine, ("subscriber_id",), gone, **evidence_of(brought, granted=False, proof="left-there", now=now))
    return list(made.values())


def make_people(
    session: Session, brought: Import, rows: Sequence[Judged], *, confirmed_at: datetime | None, now: datetime
) -> dict[str, int]:
    """New people's numbers, by address in lower case."""
    same = {"source": f"import:{brought.id}", "source_class": brought.source_class, "created_at": now, "confirmed_at": confirmed_at}
    people = [[row.email, key_of(row), row.language or None] for row in rows]
    made = dict(insert_returning(session, Subscriber, ("email", "email_key", "language"), people, ("email_key", "id"), **same))
    if len(made) < len(rows):  # somebody signed up at this very moment
        missing = [key_of(row) for row in rows if key_of(row) not in made]
        made |= dict(session.execute(select(Subscriber.email_key, Subscriber.id).where(among(Subscriber.email_key, missing))).all())
    return made
