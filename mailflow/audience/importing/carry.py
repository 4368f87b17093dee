"""Carrying an import in: block by block, each in one short transaction, so that a kill loses no row and takes none twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.audience import levels
from mailflow.audience.fields import fields
from mailflow.audience.finding.index import index_later
from mailflow.audience.importing.check import added
from mailflow.audience.importing.filled import digest_of
from mailflow.audience.importing.gone import block_addresses, make_people, note_left
from mailflow.audience.importing.joining import join_all
from mailflow.audience.importing.known import Known, key_of, look_up
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import COMES_IN, ImportState, Judged, Outcome
from mailflow.audience.models import ProfileValue
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.database import keep_pages
from mailflow.foundation.ring import Ring
from mailflow.foundation.upsert import insert_many

_ASKED_ANEW = COMES_IN | {Outcome.LEFT, Outcome.SUPPRESSED}
"""What the trial said of these may be otherwise by now: somebody may have left meanwhile."""
_OF_SOMEBODY = _ASKED_ANEW | {Outcome.LEFT_THERE, Outcome.BOUNCED_THERE, Outcome.COMPLAINED_THERE}
_BLOCKS = {Outcome.BOUNCED_THERE: SuppressionReason.HARD_BOUNCE, Outcome.COMPLAINED_THERE: SuppressionReason.COMPLAINT}
_KEPT_IN = ("text", "number", "day", "cents")


class Carrying:
    """Carries one import in, as far as it is let; another may have begun, and two at once take turns."""

    def __init__(self, session: Session, *, ring: Ring) -> None:
        self._ring = ring
        self._rules = levels.CountryRules(session)
        self._fields = {field.key: field.id for field in fields(session)}
        self._rows: Sequence[Any] = ()
        self._told: Sequence[Any] = ()
        self._judged: list[Judged] = []

    def prepare(self, session: Session, brought: Import) -> None:
        """Have the next block at hand: what its cells came to was kept by the trial."""
        if brought.done < brought.blocks:
            block = select(ImportBlock.rows, ImportBlock.outcomes, ImportBlock.judged).where(*_block(brought))
            self._rows, self._told, judged = session.execute(block).one()
            tried = [Outcome(one if isinstance(one, str) else one[0]) for one in self._told]
            self._judged = [_asked(outcome, one) for one, outcome in zip(judged, tried, strict=True)]

    def write(self, session: Session, brought: Import, *, now: datetime) -> None:
        """Bring in the next block."""
        keep_pages(session, many=brought.done + 1 < brought.blocks)
        if brought.done < brought.blocks:
            known = look_up(session, [one for one in self._judged if one.email], brought.list_id, ring=self._ring)
            outcomes = known.outcomes(self._judged)
            came = self._carry(session, brought, outcomes, known, now)
            closed = {**_closed(self._rows, self._told, outcomes), "judged": [], "came": came}
            session.connection().execute(update(ImportBlock.__table__).where(*_block(brought)).values(closed))  # type: ignore[arg-type]
            brought.counts = added(brought.counts, outcomes)
            brought.done += 1
        if brought.done == brought.blocks:
            brought.state, brought.since, brought.ended_at = ImportState.DONE, now, now

    def close(self) -> None:
        """Nothing is held."""

    def _carry(self, session: Session, brought: Import, outcomes: Sequence[Outcome], known: Known, now: datetime) -> dict[str, Any]:
        """Whom and what this brought, as the block keeps it."""
        of: dict[Outcome, list[Judged]] = {outcome: [] for outcome in Outcome}
        for one, outcome in zip(self._judged, outcomes, strict=True):
            of[outcome].append(one)
        made = make_people(session, brought, of[Outcome.NEW], confirmed_at=now, now=now)
        begun = {made[key_of(one)]: self._rules.level(_first(one.values)) for one in of[Outcome.NEW]}
        levels.begin_all(session, begun, f"import:{brought.id}", now=now)
        people = {**known.people, **made}
        joining = [people[key_of(one)] for one in (*of[Outcome.NEW], *of[Outcome.JOINED])]
        join_all(session, brought, joining, known, now=now)
        told = [(people[key_of(one)], one) for kind in (Outcome.NEW, Outcome.JOINED, Outcome.COMPLETED) for one in of[kind]]
        values = self._fill_in(session, told, known)
        for kind, reason in _BLOCKS.items():
            block_addresses(session, brought, of[kind], reason, ring=self._ring, now=now)
        return {
            "people": list(made.values()),
            "places": [[person, known.places[person][1] if person in known.places else ""] for person in joining],
            "values": values,
            "left": note_left(session, brought, of[Outcome.LEFT_THERE], known, now=now),
        }

    def _fill_in(self, session: Session, told: Sequence[tuple[int, Judged]], known: Known) -> list[list[Any]]:
        """Keep what the file says of people and they had not said; of who was there before, which field of whom, and what it was."""
        rows: dict[str, list[Any]] = {name: [] for name in _KEPT_IN}
        filled = []
        for person, one in told:
            for key, parts in known.missing(one).items():
                field = self._fields.get(key)
                if field is not None:
                    for place, (name, value) in enumerate(parts):
                        rows[name].append([person, field, place, value])
                    if person in known.values:
                        filled.append([person, field, digest_of(parts)])
        for name, some in rows.items():
            insert_many(session, ProfileValue, ("subscriber_id", "field_id", "position", name), some)
        index_later(session, [person for person, _ in told])
        return filled


def _asked(tried: Outcome, one: Sequence[Any] | None) -> Judged:
    """A row that did something with an address, and of which nothing is left, is that of somebody erased since the trial."""
    if one is None:
        return Judged(Outcome.SUPPRESSED if tried in _OF_SOMEBODY else tried)
    return Judged(None if tried in _ASKED_ANEW else tried, *one)


def _first(values: Mapping[str, Any]) -> dict[str, Any]:
    """Each value as a text or number: the first of what it is kept as."""
    return {key: parts[0][1] for key, parts in values.items() if parts}


def _block(brought: Import) -> tuple[Any, Any]:
    return ImportBlock.import_id == brought.id, ImportBlock.position == brought.done


def _closed(rows: Sequence[Any], told: Sequence[Any], outcomes: Sequence[Outcome]) -> Mapping[str, Any]:
    """Who came in is in the ledger now; of the others the rows stay, to be looked at."""
    return {
        "outcomes": [outcome if isinstance(one, str) else [outcome, *one[1:]] for one, outcome in zip(told, outcomes, strict=True)],
        "rows": [row if outcome not in COMES_IN else [row[0], row[1], []] for row, outcome in zip(rows, outcomes, strict=True)],
    }
