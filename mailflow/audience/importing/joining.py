"""A place in the list for those who come in, with a consent line that says on what grounds, and a line in the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_same
from mailflow.activity.words import Kind
from mailflow.audience.consent import digest
from mailflow.audience.importing.known import Known
from mailflow.audience.importing.models import Import
from mailflow.audience.models import ConsentLine, Subscription
from mailflow.audience.words import Consent, SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.upsert import insert_many


def join_all(session: Session, brought: Import, people: Sequence[int], known: Known, *, now: datetime) -> None:
    """Let all of them into the list at once."""
    waiting = [known.places[person][0] for person in people if person in known.places]
    confirmed = {"state": SubscriptionState.CONFIRMED, "confirmed_at": now, "left_at": None}
    if waiting:
        theirs = update(Subscription).where(among(Subscription.id, waiting)).values(confirmed)
        session.execute(theirs.execution_options(synchronize_session=False))
    new = [[person] for person in people if person not in known.places]
    insert_many(session, Subscription, ("subscriber_id",), new, list_id=brought.list_id, asked_at=now, **confirmed)
    granted = evidence_of(brought, granted=True, proof=f"basis:{brought.basis}", now=now)
    insert_many(session, ConsentLine, ("subscriber_id",), [[person] for person in people], **granted)
    # Nobody who is brought in is new to the shop: no welcome goes out for it.
    note_same(session, people, now=now, kind=Kind.CONFIRMED, list_id=brought.list_id, detail={"first": False, "import": brought.id})


def evidence_of(brought: Import, *, granted: bool, proof: str, now: datetime) -> dict[str, Any]:
    """What a consent line of this import says, whoever it is of."""
    what = {"at": now, "purpose": Consent.NEWSLETTER, "list_id": brought.list_id, "granted": granted, "proof": proof}
    words = {"wording": brought.wording, "wording_digest": digest(brought.wording), "language": ""}
    return {**what, **words, "source": f"import:{brought.id}", "method": "import"}
