"""Taking an import back, block by block: whom it made and who did nothing since, places it gave, values it filled in. Nothing else."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_same
from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.finding.index import index_later
from mailflow.audience.importing.filled import empty_again
from mailflow.audience.importing.joining import evidence_of
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import ImportState
from mailflow.audience.models import ConfirmationRequest, ConsentLine, Subscriber, Subscription
from mailflow.audience.records.models import FormerAddress, Note
from mailflow.audience.words import Consent, SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.upsert import insert_many


class Undoing:
    """Takes one import back, the block that came last first."""

    def prepare(self, session: Session, brought: Import) -> None:
        """All is at hand: each block says what it did."""

    def write(self, session: Session, brought: Import, *, now: datetime) -> None:
        """Take the next block back."""
        if brought.undone < brought.done:
            block = session.get_one(ImportBlock, (brought.id, brought.done - brought.undone - 1))
            told = _take_back(session, brought, block, now) if block.came else Counter[str]()
            brought.taken_back = dict(Counter(brought.taken_back) + told)
            block.came = {}
            brought.undone += 1
        if brought.undone == brought.done:
            brought.state, brought.since, brought.ended_at = ImportState.UNDONE, now, now

    def close(self) -> None:
        """Nothing is held."""


def _take_back(session: Session, brought: Import, block: ImportBlock, now: datetime) -> Counter[str]:
    before = dict(block.came["places"])
    places = _still_as_given(session, brought, before)
    made = set(block.came["people"])
    idle = made & set(places) - _did_something(session, brought, made)
    _withdraw(session, brought, [*places], now)
    pending = [place for person, place in places.items() if before[person]]
    session.execute(update(Subscription).where(among(Subscription.id, pending)).values(state=SubscriptionState.PENDING, confirmed_at=None))
    session.execute(delete(Subscription).where(among(Subscription.id, [place for person, place in places.items() if not before[person]])))
    taken, changed = empty_again(session, [(person, field, digest) for person, field, digest in block.came["values"]])
    index_later(session, [person for person, _, _ in block.came["values"]])
    session.execute(delete(Subscriber).where(among(Subscriber.id, idle)))
    return Counter(
        {"people": len(idle), "places": len(places) - len(idle), "values": taken, "kept": len(made) - len(idle)}
        | {"places-kept": len(before) - len(places), "values-kept": changed}
    )


def _still_as_given(session: Session, brought: Import, people: Collection[int]) -> dict[int, int]:
    """Places by person that are as this import left them: nobody left, or agreed by herself since."""
    theirs = (among(ConsentLine.subscriber_id, people), ConsentLine.list_id == brought.list_id, ConsentLine.purpose == Consent.NEWSLETTER)
    last = select(ConsentLine.subscriber_id, ConsentLine.source).where(*theirs).order_by(ConsentLine.id)
    ours = [person for person, source in dict(session.execute(last).all()).items() if source == f"import:{brought.id}"]
    # Another record of hers agreed, and was merged in: her lines may stand before ours.
    merged = select(FormerAddress.subscriber_id).where(among(FormerAddress.subscriber_id, ours), FormerAddress.why == "merged")
    agreed = select(ConsentLine.subscriber_id).where(
        *theirs, ConsentLine.granted, ConsentLine.source != f"import:{brought.id}", ConsentLine.subscriber_id.in_(merged)
    )
    herself = set(session.scalars(agreed))
    ours = [person for person in ours if person not in herself]
    there = (among(Subscription.subscriber_id, ours), Subscription.list_id == brought.list_id)
    given = select(Subscription.subscriber_id, Subscription.id).where(*there, Subscription.state == SubscriptionState.CONFIRMED)
    return dict(session.execute(given).all())


def _did_something(session: Session, brought: Import, people: Collection[int]) -> set[int]:
    """Who got a mail, bought, asked or agreed to anything beside this import, or of whom staff wrote, decided or joined anything."""
    ours = (Activity.kind == Kind.CONFIRMED) & (Activity.list_id == brought.list_id)
    asked = (
        select(Activity.subscriber_id).where(among(Activity.subscriber_id, people), ~ours),
        select(ConsentLine.subscriber_id).where(among(ConsentLine.subscriber_id, people), ConsentLine.source != f"import:{brought.id}"),
        select(ConfirmationRequest.subscriber_id).where(among(ConfirmationRequest.subscriber_id, people)),
        select(Note.subscriber_id).where(among(Note.subscriber_id, people)),
        select(Subscriber.id).where(among(Subscriber.id, people), Subscriber.owner_id.is_not(None)),
        select(FormerAddress.subscriber_id).where(among(FormerAddress.subscriber_id, people)),
    )
    return {person for each in asked for person in session.scalars(each)}


def _withdraw(session: Session, brought: Import, people: Sequence[int], now: datetime) -> None:
    """Nothing that was written is taken out: a line follows that ends what the import began."""
    withdrawn = evidence_of(brought, granted=False, proof="undone", now=now)
    insert_many(session, ConsentLine, ("subscriber_id",), [[person] for person in people], **withdrawn)
    note_same(session, people, now=now, kind=Kind.LEFT, list_id=brought.list_id, detail={"method": "import", "import": brought.id})
