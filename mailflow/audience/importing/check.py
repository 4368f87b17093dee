"""Trying an import out on paper: what would become of each row, written down, and nobody touched."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.importing.judging import Judge
from mailflow.audience.importing.known import key_of, look_up
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import ImportState, Judged, Outcome, Row
from mailflow.foundation.ring import Ring


class Check:
    """One trial, block by block, each in a transaction of its own; begun again from the start where it was interrupted."""

    def __init__(self, session: Session, brought: Import, *, ring: Ring, now: datetime) -> None:
        """Of this import, which nobody may have begun to carry in."""
        self._ring, self._judge = ring, Judge(brought.mapping, fields(session), today=now.date())
        self._seen: set[int] = set()
        self._at, self._counts = 0, Counter[str]()

    def check_block(self, session: Session, brought: Import) -> bool:
        """Try the next block; whether there are more."""
        if self._at < brought.blocks:
            block = session.get_one(ImportBlock, (brought.id, self._at))
            block.outcomes = self._outcomes(session, read_rows(block), brought.list_id)
            self._counts.update(str(outcome) for outcome, _, _ in block.outcomes)
            self._at += 1
        if self._at < brought.blocks:
            return True
        brought.state, brought.expected = ImportState.CHECKED, dict(self._counts)
        return False

    def _outcomes(self, session: Session, rows: Sequence[Row], list_id: int) -> list[list[object]]:
        judged = [self._once(self._judge.judge(row)) for row in rows]
        known = look_up(session, [one for one in judged if one.outcome is None], list_id, ring=self._ring)
        return [written(one, one.outcome or known.outcome(one)) for one in judged]

    def _once(self, judged: Judged) -> Judged:
        """Of several rows with one address the first counts. Eight bytes of each are remembered: a million need 60 MB."""
        if judged.outcome is not None:
            return judged
        key = hash(key_of(judged))
        if key in self._seen:
            return Judged(Outcome.TWICE)
        self._seen.add(key)
        return judged


def read_rows(block: ImportBlock) -> list[Row]:
    """A block's rows as they were read."""
    return [Row(number, cells, broken) for number, broken, cells in block.rows]


def written(judged: Judged, outcome: Outcome) -> list[object]:
    """A row's outcome as a block keeps it."""
    return [str(outcome), list(judged.dropped), judged.note]
