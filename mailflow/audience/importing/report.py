"""What became of the rows, as a table that a spreadsheet opens: those that did not come in, and those that came in without something."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import COMES_IN
from mailflow.foundation.spreadsheet import safe_cell


class Worded(NamedTuple):
    """How a report is written: as programs read it, or in a reader's words and for her spreadsheet."""

    heads: Sequence[str] = ("row", "outcome", "left out", "hint")
    words: Mapping[str, str] = MappingProxyType({})
    """For outcomes and for fields by their keys; what is not here is written as it is."""
    apart: str = " "
    """Between fields."""
    delimiter: str = ","


def report(session: Session, brought: Import, worded: Worded = Worded()) -> Iterator[str]:
    """The lines of a CSV file, one by one: row number, outcome, what was left out, a hint, and the row itself where it stayed out."""
    yield _line([*worded.heads, *brought.header], worded)
    for position in range(brought.blocks):
        block = session.scalars(
            select(ImportBlock).where(ImportBlock.import_id == brought.id, ImportBlock.position == position)
        ).one_or_none()
        if block is None:  # its rows were deleted since
            return
        for (number, _, cells), told in zip(block.rows, block.outcomes, strict=False):
            outcome, dropped, note = (told, [], "") if isinstance(told, str) else told
            if outcome not in COMES_IN or dropped or note:
                left_out = worded.apart.join(worded.words.get(one, one) for one in dropped)
                yield _line([str(number), worded.words.get(outcome, outcome), left_out, worded.words.get(note, note), *cells], worded)
        session.expunge(block)


def _line(cells: list[str], worded: Worded) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=worded.delimiter).writerow(map(safe_cell, cells))
    return out.getvalue()
