"""Carrying an import in: block by block, each in one short transaction, so that a kill loses no row and takes none twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_many
from mailflow.activity.words import Kind
from mailflow.audience.consent import digest
from mailflow.audience.fields import fields
from mailflow.audience.finding.index import index_later
from mailflow.audience.importing.check import added
from mailflow.audience.importing.gone import make_people, note_bounced, note_left
from mailflow.audience.importing.known import Known, key_of, look_up
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import COMES_IN, ImportState, Judged, Outcome
from mailflow.audience.models import ConsentLine, ProfileValue, Subscription
from mailflow.audience.profile import columns_of, parts_of
from mailflow.audience.words import Consent, SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring
from mailflow.foundation.upsert import insert_all, insert_new

_ASKED_ANEW = COMES_IN | {Outcome.LEFT, Outcome.SUPPRESSED}
"""What the trial said of these may be otherwise by now: somebody may have left meanwhile."""


class Carrying:
    """Carries one import in, as far as it is let; another may have begun, and two at once take turns."""

    def __init__(self, session: Session, *, ring: Ring) -> None:
        self._ring = ring
        self._kinds = {field.key: (field.id, field.kind) for field in fields(session)}

    def prepare(self, session: Session, brought: Import) -> None:
        """All is at hand: what the cells came to was kept by the trial."""

    def write(self, session: Session, brought: Import, *, now: datetime) -> None:
        """Bring in the next block."""
        if brought.done < brought.blocks:
            block = session.get_one(ImportBlock, (brought.id, brought.done))
            brought.counts = added(brought.counts, self._carry(session, brought, block, now))
            brought.done += 1
        if brought.done == brought.blocks:
            brought.state, brought.since, brought.ended_at = ImportState.DONE, now, now

    def close(self) -> None:
        """Nothing is held."""

    def _carry(self, session: Session, brought: Import, block: ImportBlock, now: datetime) -> list[Outcome]:
        tried = [Outcome(one if isinstance(one, str) else one[0]) for one in block.outcomes]
        judged = [
            Judged(None if outcome in _ASKED_ANEW else outcome, *(one or ())) for one, outcome in zip(block.judged, tried, strict=True)
        ]
        known = look_up(session, [one for one in judged if one.email], brought.list_id, ring=self._ring)
        outcomes = [one.outcome or known.outcome(one) for one in judged]
        of = {
            kind: [one for one, outcome in zip(judged, outcomes, strict=True) if outcome == kind]
            for kind in (*COMES_IN, Outcome.LEFT_THERE, Outcome.BOUNCED_THERE)
        }
        made = make_people(session, brought, of[Outcome.NEW], confirmed_at=now, now=now)
        people = {**known.people, **made}
        joining = [people[key_of(one)] for one in (*of[Outcome.NEW], *of[Outcome.JOINED])]
        _join(session, brought, joining, known, now)
        for_good = [*of[Outcome.NEW], *of[Outcome.JOINED], *of[Outcome.COMPLETED]]
        values = [each for one in for_good for each in self._missing(one, people[key_of(one)], known)]
        insert_new(session, ProfileValue, values)
        index_later(session, [people[key_of(one)] for one in for_good])
        note_bounced(session, of[Outcome.BOUNCED_THERE], ring=self._ring, now=now)
        left = note_left(session, brought, of[Outcome.LEFT_THERE], known, now=now)
        block.came = {
            "people": list(made.values()),
            "left": left,
            "places": [[person, known.places.get(person, (0, ""))[1]] for person in joining],
            "values": [[each["subscriber_id"], each["field_id"]] for each in values],
        }
        self._close(block, outcomes)
        return outcomes

    def _close(self, block: ImportBlock, outcomes: Sequence[Outcome]) -> None:
        """Who came in is in the ledger now; of the others the rows stay, to be looked at."""
        block.outcomes = [
            str(outcome) if isinstance(one, str) else [str(outcome), *one[1:]]
            for one, outcome in zip(block.outcomes, outcomes, strict=True)
        ]
        stay = zip(block.rows, outcomes, strict=True)
        block.rows = [[number, broken, [] if outcome in COMES_IN else cells] for (number, broken, cells), outcome in stay]
        block.judged = []

    def _missing(self, judged: Judged, person: int, known: Known) -> Iterator[dict[str, Any]]:
        """What the file says of somebody and she had not said."""
        for key, value in known.missing(judged).items():
            field_id, kind = self._kinds[key]
            for place, one in enumerate(parts_of(value)):
                where = {"subscriber_id": person, "field_id": field_id, "position": place}
                yield where | columns_of(kind, one)


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
