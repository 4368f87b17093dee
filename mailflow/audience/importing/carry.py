"""Carrying an import in: block by block, each in one short transaction, so that a kill loses no row and takes none twice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_many
from mailflow.activity.words import Kind
from mailflow.audience.consent import digest
from mailflow.audience.fields import fields
from mailflow.audience.finding.index import index_later
from mailflow.audience.importing.check import read_rows, written
from mailflow.audience.importing.judging import Judge
from mailflow.audience.importing.known import Known, key_of, look_up
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import COMES_IN, ImportState, Judged, Outcome
from mailflow.audience.models import ConsentLine, ProfileValue, Subscriber, Subscription
from mailflow.audience.profile import columns_of, parts_of
from mailflow.audience.words import Consent, SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring
from mailflow.foundation.upsert import insert_all, insert_new

_BY_ITSELF = frozenset(Outcome) - COMES_IN - {Outcome.LEFT, Outcome.SUPPRESSED}
"""What the trial said of a row whatever the ledger holds; the others are looked up anew, since somebody may have left meanwhile."""


class Carrier:
    """Carries one import in, as far as it is let; another may have begun, and two at once take turns."""

    def __init__(self, session: Session, brought: Import, *, ring: Ring) -> None:
        """Of an import that was tried out."""
        self._id, self._ring = brought.id, ring
        registry = fields(session)
        self._kinds = {field.key: (field.id, field.kind) for field in registry}
        self._judge = Judge(brought.mapping, registry, today=brought.created_at.date())

    def carry_block(self, session: Session, *, now: datetime) -> Import:
        """Bring in the next block; what has become of the import by then."""
        brought = session.scalars(select(Import).where(Import.id == self._id).with_for_update()).one()
        if brought.state not in (ImportState.CHECKED, ImportState.RUNNING):
            return brought
        if brought.done < brought.blocks:
            block = session.get_one(ImportBlock, (brought.id, brought.done))
            self._carry(session, brought, block, now)
            brought.counts = dict(Counter(brought.counts) + Counter(outcome for outcome, _, _ in block.outcomes))
            brought.done += 1
        is_done = brought.done == brought.blocks
        brought.state, brought.ended_at = (ImportState.DONE, now) if is_done else (ImportState.RUNNING, None)
        return brought

    def _carry(self, session: Session, brought: Import, block: ImportBlock, now: datetime) -> None:
        tried = [Outcome(outcome) for outcome, _, _ in block.outcomes]
        judged = [self._judge.judge(row) for row in read_rows(block)]
        coming = [one for one, outcome in zip(judged, tried, strict=True) if outcome not in _BY_ITSELF]
        known = look_up(session, coming, brought.list_id, ring=self._ring)
        outcomes = [outcome if outcome in _BY_ITSELF else known.outcome(one) for one, outcome in zip(judged, tried, strict=True)]
        of = {kind: [one for one, outcome in zip(judged, outcomes, strict=True) if outcome == kind] for kind in COMES_IN}
        people = {**known.people, **_newcomers(session, brought, of[Outcome.NEW], now)}
        _join(session, brought, [people[key_of(one)] for one in (*of[Outcome.NEW], *of[Outcome.JOINED])], known, now)
        for_good = [*of[Outcome.NEW], *of[Outcome.JOINED], *of[Outcome.COMPLETED]]
        insert_new(session, ProfileValue, [each for one in for_good for each in self._missing(one, people[key_of(one)], known)])
        index_later(session, [people[key_of(one)] for one in for_good])
        block.outcomes = [written(one, outcome) for one, outcome in zip(judged, outcomes, strict=True)]
        # Who came in is in the ledger now; of the others the rows stay, to be looked at.
        stay = zip(block.rows, outcomes, strict=True)
        block.rows = [[number, broken, [] if outcome in COMES_IN else cells] for (number, broken, cells), outcome in stay]

    def _missing(self, judged: Judged, person: int, known: Known) -> Iterator[dict[str, Any]]:
        """What the file says of somebody and she had not said."""
        for key, value in known.missing(judged).items():
            field_id, kind = self._kinds[key]
            for place, one in enumerate(parts_of(value)):
                where = {"subscriber_id": person, "field_id": field_id, "position": place}
                yield {**where, "text": None, "number": None, "day": None, **columns_of(kind, one)}


def _newcomers(session: Session, brought: Import, rows: Sequence[Judged], now: datetime) -> dict[str, int]:
    common = {"source": f"import:{brought.id}", "source_class": brought.source_class, "created_at": now, "confirmed_at": now}
    nothing = {"zone": None, "silent_since": None, "tracking": "aggregate"}
    people = [{"email": row.email, "email_key": key_of(row), "language": row.language or None, **common, **nothing} for row in rows]
    if not people:
        return {}
    insert_new(session, Subscriber, people)  # somebody may sign up at this very moment
    keys = [key_of(row) for row in rows]
    found = session.execute(select(Subscriber.email_key, Subscriber.id).where(among(Subscriber.email_key, keys)))
    return dict(found.all())


def _join(session: Session, brought: Import, people: Sequence[int], known: Known, now: datetime) -> None:
    """A place in the list for each, with a consent line that says on what grounds, and a line in the history."""
    waiting = [known.places[person][0] for person in people if person in known.places]
    confirmed = {"state": SubscriptionState.CONFIRMED, "confirmed_at": now, "left_at": None}
    theirs = update(Subscription).where(among(Subscription.id, waiting)).values(confirmed)
    session.execute(theirs.execution_options(synchronize_session=False))
    place = {"list_id": brought.list_id, "asked_at": now, **confirmed}
    insert_new(session, Subscription, [{"subscriber_id": person, **place} for person in people if person not in known.places])
    agreed = _consent(brought, now)
    insert_all(session, ConsentLine, [{"subscriber_id": person, **agreed} for person in people])
    # Nobody who is brought in is new to the shop: no welcome goes out for it.
    line = {"at": now, "kind": Kind.CONFIRMED, "list_id": brought.list_id, "detail": {"first": False, "import": brought.id}}
    note_many(session, [{"subscriber_id": person, **line} for person in people])


def _consent(brought: Import, now: datetime) -> dict[str, Any]:
    what = {"purpose": Consent.NEWSLETTER, "list_id": brought.list_id, "granted": True}
    words = {"wording": brought.wording, "wording_digest": digest(brought.wording), "language": ""}
    whence = {"source": f"import:{brought.id}", "method": "import", "network": "", "agent": "", "proof": f"basis:{brought.basis}"}
    return {"at": now, **what, **words, **whence}
