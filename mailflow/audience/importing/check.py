"""Trying an import out on paper: what would become of each row, written down with what its cells came to, and nobody touched."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.importing.judging import Judge
from mailflow.audience.importing.known import key_of, look_up
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.sexes import sex_words
from mailflow.audience.importing.words import ImportState, Judged, Outcome, Policies, Policy, Row
from mailflow.foundation.ring import Ring


class Checking:
    """One trial as it was settled; who goes on with it reads first which addresses were met before."""

    def __init__(self, session: Session, brought: Import, *, ring: Ring) -> None:
        policies = Policies(Policy(brought.roles), Policy(brought.disposables))
        settled = brought.settled_at or brought.created_at
        words = sex_words(session, brought)
        self._ring, self._judge = ring, Judge(brought.mapping, fields(session), today=settled.date(), policies=policies, sexes=words)
        self._seen: set[int] = set()
        self._seen_of = 0
        self._new: set[int] = set()
        self._judged: list[Judged] = []
        self._outcomes: list[Outcome] = []

    def prepare(self, session: Session, brought: Import) -> None:
        """Judge the next block."""
        if brought.tried > self._seen_of:  # the block judged last was kept; until it is, none of its addresses was met
            self._seen |= self._new
            self._seen_of += bool(self._new)
        self._new = set()
        while self._seen_of < brought.tried:
            self._seen.update(hash(one[0].lower()) for one in _block(session, brought, self._seen_of).judged if one)
            self._seen_of += 1
        if brought.tried < brought.blocks:
            rows = read_rows(_block(session, brought, brought.tried))
            self._judged = [self._once(self._judge.judge(row)) for row in rows]
            known = look_up(session, [one for one in self._judged if one.email], brought.list_id, ring=self._ring)
            self._outcomes = known.outcomes(self._judged)

    def write(self, session: Session, brought: Import, *, now: datetime) -> None:
        """Keep what was judged."""
        if brought.tried < brought.blocks:
            block = _block(session, brought, brought.tried)
            block.outcomes = [written(one, outcome) for one, outcome in zip(self._judged, self._outcomes, strict=True)]
            block.judged = [kept(one) for one in self._judged]
            brought.expected = added(brought.expected, self._outcomes)
            brought.marked = added(brought.marked, [one.note for one in self._judged if one.outcome is None and one.note])
            brought.tried += 1
        if brought.tried == brought.blocks:
            brought.state, brought.since = ImportState.CHECKED, now

    def close(self) -> None:
        """Nothing is held."""

    def _once(self, judged: Judged) -> Judged:
        """Of several rows with one address the first counts. Eight bytes of each are remembered: a million need 60 MB."""
        if not judged.email:
            return judged
        key = hash(key_of(judged))
        if key in self._seen or key in self._new:
            return Judged(Outcome.TWICE)
        self._new.add(key)
        return judged


def _block(session: Session, brought: Import, position: int) -> ImportBlock:
    return session.scalars(select(ImportBlock).where(ImportBlock.import_id == brought.id, ImportBlock.position == position)).one()


def read_rows(block: ImportBlock) -> list[Row]:
    """A block's rows as they were read."""
    return [Row(*row) for row in block.rows]


def written(judged: Judged, outcome: Outcome) -> object:
    """A row's outcome as a block keeps it."""
    return [str(outcome), list(judged.dropped), judged.note] if judged.dropped or judged.note else str(outcome)


def kept(judged: Judged) -> list[object] | None:
    """What a row with an address came to, as a block keeps it."""
    return [judged.email, judged.language, judged.values or {}] if judged.email else None


def added(counts: Mapping[str, Any], more: Sequence[str]) -> dict[str, int]:
    """Counts with these counted too."""
    return dict(Counter(counts) + Counter(map(str, more)))
